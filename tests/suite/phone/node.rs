//! A document as a test reads it: elements by name, with what a strict phone would not take. Knows nothing of what
//! they mean.

use wbxml::Document;
use wbxml::Element;
use wbxml::Limits;

/// Containers that old Windows phones refuse when they are empty, and no schema wants so.
const NEVER_EMPTY: [&str; 15] = [
    "AirSync:ApplicationData",
    "AirSync:Collections",
    "AirSync:Commands",
    "AirSync:Responses",
    "AirSyncBase:Body",
    "AirSyncBase:Location",
    "Calendar:Exceptions",
    "Calendar:Recurrence",
    "Contacts:Categories",
    "Contacts:Children",
    "Notes:Categories",
    "Ping:Folders",
    "Tasks:Categories",
    "Tasks:Recurrence",
    "FolderHierarchy:Add",
];

/// An element, named `Namespace:Name`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Self>,
}

impl Node {
    /// What a body says; it has to be of the few bytes that every phone understands.
    pub(crate) fn read(body: &[u8]) -> Self {
        // Version 1.3, no public identifier, UTF-8, no string table: Android refuses more.
        assert_eq!(body[..4], [0x03, 0x01, 0x6A, 0x00]);
        let document = Document::decode(body, &Limits::default()).unwrap();
        let node = Self::of(document.root());
        node.check();
        node
    }

    /// A document written as XML, with a prefix for each namespace.
    pub(crate) fn of(element: Element<'_>) -> Self {
        let tag = element.tag();
        let name = format!("{}:{}", tag.namespace().unwrap_or("?"), tag.name().unwrap_or("?"));
        assert!(!name.contains('?'), "{name} is in no code page");
        let children: Vec<Self> = element.children().map(Self::of).collect();
        let text = if children.is_empty() { element.text().to_owned() } else { String::new() };
        Self { name, text, children }
    }

    fn check(&self) {
        let is_hollow = self.children.is_empty() && NEVER_EMPTY.contains(&self.name.as_str());
        assert!(!is_hollow, "an empty {}", self.name);
        // Windows Phone 8 stops at a body that says it is not truncated.
        assert!(!(self.local_name() == "Truncated" && self.text == "0"));
        if self.name == "Calendar:Exception" {
            assert!(self.child("UID").is_none(), "{self:?}");
        }
        self.check_time();
        self.children.iter().for_each(Self::check);
    }

    /// Mail for Exchange reads the two forms of a time only where they belong.
    fn check_time(&self) {
        let is_time = self.text.len() >= 15
            && self.text.ends_with('Z')
            && self.text.starts_with(|c: char| c.is_ascii_digit());
        match self.name.split_once(':').unwrap().0 {
            "Calendar" if is_time => assert!(!self.text.contains('-'), "{self:?}"),
            "Tasks" | "Contacts" if is_time => assert!(self.text.ends_with(".000Z"), "{self:?}"),
            _ => {}
        }
    }

    /// The first element of that name below this one, whatever its namespace.
    pub(crate) fn find(&self, name: &str) -> Option<&Self> {
        let is_it = |child: &&Self| child.local_name() == name;
        self.children.iter().find(is_it).or_else(|| self.children.iter().find_map(|child| child.find(name)))
    }

    /// All children of that name, whatever their namespace.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.local_name() == name)
    }

    /// The child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.local_name() == name)
    }

    /// The text of the first element of that name below this one; empty when there is none.
    pub(crate) fn say(&self, name: &str) -> &str {
        self.find(name).map_or("", |node| node.text.as_str())
    }

    /// The text of the child of that name; empty when there is none.
    pub(crate) fn told(&self, name: &str) -> &str {
        self.child(name).map_or("", |node| node.text.as_str())
    }

    /// Where among its siblings a child is.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.children.iter().position(|child| child.local_name() == name)
    }

    /// The name without its namespace.
    pub(crate) fn local_name(&self) -> &str {
        self.name.split_once(':').unwrap().1
    }

    /// Lays what a phone sent over what it held: what it did not send stays.
    pub(crate) fn lay(&mut self, sent: &Self) {
        for child in &sent.children {
            self.children.retain(|held| held.name != child.name);
            self.children.push(child.clone());
        }
    }
}
