//! A phone of any version over real HTTP, that believes nothing: it keeps what the server sent, as phones do, and
//! panics at whatever a strict one would stumble over.

pub(crate) mod node;
pub(crate) mod wire;

use std::collections::BTreeMap;

use reqwest::Method;
use wbxml::Document;
use wbxml::Limits;
use wbxml::Version;

use self::node::Node;
use self::wire::Answer;
use self::wire::Wire;
use self::wire::document;

/// A phone and what is on it.
#[derive(Debug)]
pub(crate) struct Phone {
    pub(crate) wire: Wire,
    pub(crate) folders: BTreeMap<String, Folder>,
    pub(crate) hierarchy_key: String,
    pub(crate) books: BTreeMap<String, Book>,
    next_client_id: u32,
}

/// A folder as `FolderSync` told it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Folder {
    pub(crate) name: String,
    pub(crate) kind: u8,
}

/// What the phone has of a folder.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub(crate) key: String,
    pub(crate) filter: u8,
    pub(crate) window: usize,
    pub(crate) items: BTreeMap<String, Node>,
}

impl Default for Book {
    fn default() -> Self {
        Self { key: "0".to_owned(), filter: 0, window: 50, items: BTreeMap::new() }
    }
}

/// What a Sync brought for one folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// The changes: the name of the element, and of the item.
    pub(crate) changes: Vec<(String, String)>,
    /// The replies to what the phone did.
    pub(crate) replies: Vec<Node>,
    more: bool,
}

impl Phone {
    /// One that nobody has used yet.
    pub(crate) fn new(wire: Wire) -> Self {
        Self {
            wire,
            folders: BTreeMap::new(),
            hierarchy_key: "0".to_owned(),
            books: BTreeMap::new(),
            next_client_id: 0,
        }
    }

    /// Whether it speaks at least this version.
    pub(crate) fn speaks(&self, version: Version) -> bool {
        self.wire.version >= version
    }

    /// What a phone does when its user adds an account.
    pub(crate) async fn add_account(&mut self) {
        let answer = Answer::to(self.wire.request(Method::OPTIONS, "/Microsoft-Server-ActiveSync")).await;
        let versions = answer.headers["ms-asprotocolversions"].to_str().unwrap();
        assert!(versions.split(',').any(|version| version == self.wire.version.to_string()), "{versions}");
        self.sync_folders().await;
        if self.speaks(Version::V12_0) {
            self.introduce().await;
        }
    }

    async fn introduce(&mut self) {
        let about = "<DeviceInformation><Set><Model>Fjord 1</Model><OS>FjordOS</OS></Set></DeviceInformation>\
                     <UserInformation><Get/></UserInformation>";
        let told = self.ask("Settings", "Settings:Settings", about).await;
        assert_eq!(told.told("Status"), "1");
        assert!(told.find("SMTPAddress").is_some(), "{told:?}");
    }

    /// Asks, and takes the policy first if the server insists.
    pub(crate) async fn ask(&mut self, command: &str, root: &str, inner: &str) -> Node {
        self.ask_quietly(command, root, inner).await.unwrap()
    }

    /// The same, where the answer may be nothing at all.
    pub(crate) async fn ask_quietly(&mut self, command: &str, root: &str, inner: &str) -> Option<Node> {
        let body = document(root, inner);
        let answer = self.wire.post(command, body.clone()).await;
        let is_refused = match answer.status {
            449 => !self.speaks(Version::V14_0),
            200 if !answer.body.is_empty() => {
                ["141", "142", "144"].contains(&Node::read(&answer.body).told("Status"))
            }
            _ => false,
        };
        if !is_refused {
            return answer.node();
        }
        self.provision().await;
        self.wire.post(command, body).await.node()
    }

    /// Takes the policy, in two steps.
    pub(crate) async fn provision(&mut self) {
        let kind =
            if self.speaks(Version::V12_0) { "MS-EAS-Provisioning-WBXML" } else { "MS-WAP-Provisioning-XML" };
        let policy = |more: &str| {
            format!("<Policies><Policy><PolicyType>{kind}</PolicyType>{more}</Policy></Policies>")
        };
        for step in ["", "<Status>1</Status>"] {
            let key =
                self.wire.policy_key.as_deref().filter(|_| !step.is_empty()).unwrap_or_default().to_owned();
            let more =
                if step.is_empty() { String::new() } else { format!("<PolicyKey>{key}</PolicyKey>{step}") };
            let answer =
                self.wire.post("Provision", document("Provision:Provision", &policy(&more))).await.node();
            let told = answer.unwrap();
            assert_eq!(told.told("Status"), "1", "{told:?}");
            let policy = told.find("Policy").unwrap();
            assert_eq!(policy.told("Status"), "1", "{told:?}");
            assert_eq!(policy.child("Data").is_some(), step.is_empty(), "{told:?}");
            let given = policy.told("PolicyKey");
            assert!(given != "0" && given != key, "{told:?}");
            self.wire.policy_key = Some(given.to_owned());
        }
    }

    /// Brings the list of folders up to date; true when something changed in it.
    pub(crate) async fn sync_folders(&mut self) -> bool {
        let inner = format!("<SyncKey>{}</SyncKey>", self.hierarchy_key);
        let told = self.ask("FolderSync", "FolderHierarchy:FolderSync", &inner).await;
        assert_eq!(told.told("Status"), "1", "{told:?}");
        self.hierarchy_key = told.told("SyncKey").to_owned();
        let changes = told.child("Changes").unwrap();
        let count = changes.told("Count").parse::<usize>().unwrap();
        assert_eq!(count + 1, changes.children.len());
        for change in &changes.children[1..] {
            let id = change.told("ServerId").to_owned();
            match change.local_name() {
                "Delete" => {
                    assert!(self.folders.remove(&id).is_some(), "{id} is gone already");
                    self.books.remove(&id);
                }
                _ => {
                    let kind = change.told("Type").parse().unwrap();
                    self.folders.insert(id, Folder { name: change.told("DisplayName").to_owned(), kind });
                }
            }
        }
        count > 0
    }

    /// The folder of that name.
    pub(crate) fn named(&self, name: &str) -> Option<String> {
        self.folders.iter().find(|(_, folder)| folder.name == name).map(|(id, _)| id.clone())
    }

    /// The default folder of that kind.
    pub(crate) fn default(&self, kind: u8) -> String {
        let mut found = self.folders.iter().filter(|(_, folder)| folder.kind == kind);
        let (id, _) = found.next().unwrap_or_else(|| panic!("no folder {kind}"));
        assert!(found.next().is_none(), "more than one folder {kind}");
        id.clone()
    }

    /// What the phone has of a folder.
    pub(crate) fn book(&mut self, folder: &str) -> &mut Book {
        self.books.entry(folder.to_owned()).or_default()
    }

    /// The item with this text in one of its elements.
    pub(crate) fn holding(&mut self, folder: &str, text: &str) -> Option<(String, Node)> {
        let holds = |node: &Node| node.children.iter().any(|child| child.text == text);
        self.book(folder)
            .items
            .iter()
            .find(|(_, node)| holds(node))
            .map(|(id, node)| (id.clone(), node.clone()))
    }

    /// Syncs a folder until there is nothing more.
    pub(crate) async fn sync(&mut self, folder: &str) -> Heard {
        let mut heard = Heard::default();
        if self.book(folder).key == "0" {
            heard = self.round(folder, "").await;
            assert!(heard.changes.is_empty(), "items with key 0");
        }
        loop {
            let next = self.round(folder, "").await;
            heard.changes.extend(next.changes);
            if !next.more {
                return heard;
            }
        }
    }

    /// One Sync: what the phone did, and unless it did something, what the server has for it.
    pub(crate) async fn round(&mut self, folder: &str, commands: &str) -> Heard {
        let inner = format!("<Collections>{}</Collections>", self.collection(folder, commands));
        let told = self.ask_quietly("Sync", "AirSync:Sync", &inner).await;
        self.hear(folder, told.as_ref(), commands)
    }

    /// What a server that is asked to wait so many seconds brings.
    pub(crate) async fn sync_waiting(&mut self, folder: &str, seconds: u32) -> Heard {
        let collection = self.collection(folder, "");
        // From 14.0 in seconds, before in minutes.
        let wait = if self.speaks(Version::V14_0) {
            format!("<HeartbeatInterval>{seconds}</HeartbeatInterval>")
        } else {
            format!("<Wait>{}</Wait>", seconds.div_ceil(60))
        };
        let inner = format!("<Collections>{collection}</Collections>{wait}");
        let told = self.ask_quietly("Sync", "AirSync:Sync", &inner).await;
        self.hear(folder, told.as_ref(), "")
    }

    /// A collection as a phone of this version writes it.
    fn collection(&mut self, folder: &str, commands: &str) -> String {
        let class = class(self.folders[folder].kind);
        let is_old = !self.speaks(Version::V12_1);
        let is_oldest = !self.speaks(Version::V12_0);
        let Book { key, filter, window, .. } = self.book(folder);
        let named = if is_old { format!("<Class>{class}</Class>") } else { String::new() };
        let start = format!("{named}<SyncKey>{key}</SyncKey><CollectionId>{folder}</CollectionId>");
        if key == "0" {
            return format!("<Collection>{start}</Collection>");
        }
        if !commands.is_empty() {
            // Android's does not want to hear anything then, and its oldest cannot say so.
            let quiet = if is_oldest {
                "<DeletesAsMoves/>"
            } else {
                "<DeletesAsMoves>1</DeletesAsMoves><GetChanges>0</GetChanges>"
            };
            return format!("<Collection>{start}{quiet}<Commands>{commands}</Commands></Collection>");
        }
        let filter = if ["Calendar", "Tasks", "Email"].contains(&class) {
            format!("<FilterType>{filter}</FilterType>")
        } else {
            String::new()
        };
        let body = if is_oldest {
            "<Truncation>7</Truncation>"
        } else {
            "<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type>\
             <airsyncbase:TruncationSize>200000</airsyncbase:TruncationSize></airsyncbase:BodyPreference>"
        };
        let moves = if is_oldest { "<DeletesAsMoves/>" } else { "<DeletesAsMoves>1</DeletesAsMoves>" };
        format!(
            "<Collection>{start}{moves}<GetChanges/><WindowSize>{window}</WindowSize>\
             <Options>{filter}{body}</Options></Collection>"
        )
    }

    /// Takes an answer as a phone does, an empty one as "nothing new".
    fn hear(&mut self, folder: &str, told: Option<&Node>, commands: &str) -> Heard {
        let Some(told) = told else {
            assert!(self.speaks(Version::V12_1), "an old phone waits for a document");
            self.accept(folder, commands, &[]);
            return Heard::default();
        };
        assert!(told.child("Status").is_none(), "{told:?}");
        let collection = told.find("Collection").unwrap();
        self.check_shape(collection);
        assert_eq!(collection.told("CollectionId"), folder);
        assert_eq!(collection.told("Status"), "1", "{collection:?}");
        let none = Vec::new();
        let changes = collection.child("Commands").map_or(&none, |commands| &commands.children);
        let replies = collection.child("Responses").map_or(&none, |replies| &replies.children);
        let more = collection.child("MoreAvailable").is_some();
        assert!(!more || !changes.is_empty(), "more is promised with nothing: {told:?}");
        self.accept(folder, commands, replies);
        let is_old = !self.speaks(Version::V16_0);
        let is_mail = class(self.folders[folder].kind) == "Email";
        let book = self.book(folder);
        assert!(changes.len() <= book.window, "{} changes in a window of {}", changes.len(), book.window);
        // 16.x takes what is left out of an event for unchanged; before, nothing that is there may be hollow.
        let hollow = |change: &&Node| {
            let lists = ["Attendees", "Categories", "Reminder"].iter().filter_map(|name| change.find(name));
            lists.into_iter().any(|list| list.children.is_empty() && list.text.is_empty())
        };
        // MS-ASEMAIL 2.2.2.16 (Categories): of a mail, that there are none.
        assert!(!is_old || is_mail || changes.iter().find(hollow).is_none(), "{changes:?}");
        let changes = changes.iter().map(|change| book.take(change, is_mail)).collect();
        book.key = collection.told("SyncKey").to_owned();
        Heard { changes, replies: replies.clone(), more }
    }

    fn check_shape(&self, collection: &Node) {
        let order = ["Class", "SyncKey", "CollectionId", "Status", "MoreAvailable", "Commands", "Responses"];
        let places: Vec<usize> = order.iter().filter_map(|name| collection.place(name)).collect();
        assert!(places.is_sorted(), "out of order: {collection:?}");
        assert_eq!(places.len(), collection.children.len(), "not in the schema: {collection:?}");
        assert_eq!(collection.child("Class").is_some(), !self.speaks(Version::V12_1), "{collection:?}");
    }

    /// What the phone did is done, but for what a reply refuses; what was added gets its name.
    fn accept(&mut self, folder: &str, commands: &str, replies: &[Node]) {
        if commands.is_empty() {
            assert!(replies.iter().all(|reply| reply.local_name() == "Fetch"), "{replies:?}");
            return;
        }
        let sent = document("AirSync:Commands", commands);
        let sent = Node::of(Document::decode(sent, &Limits::default()).unwrap().root());
        let book = self.book(folder);
        for command in &sent.children {
            let id = command.told("ServerId");
            let is_refused =
                replies.iter().any(|reply| reply.told("ServerId") == id && reply.told("Status") != "1");
            let data = command.child("ApplicationData");
            match (command.local_name(), data) {
                ("Add", Some(data)) => book.name(command.told("ClientId"), data, replies),
                // An occurrence is part of its series: the phone has it when the series comes again.
                ("Change", Some(data)) if !is_refused && command.child("InstanceId").is_none() => {
                    book.items.get_mut(id).unwrap().lay(data);
                }
                ("Delete", _) if command.child("InstanceId").is_none() => drop(book.items.remove(id)),
                _ => {}
            }
        }
    }

    /// Adds an item and gives the name it got.
    pub(crate) async fn add(&mut self, folder: &str, data: &str) -> String {
        self.next_client_id += 1;
        let client_id = format!("new-{}", self.next_client_id);
        let add =
            format!("<Add><ClientId>{client_id}</ClientId><ApplicationData>{data}</ApplicationData></Add>");
        let heard = self.round(folder, &add).await;
        assert_eq!(heard.replies[0].told("Status"), "1", "{heard:?}");
        heard.replies[0].told("ServerId").to_owned()
    }

    /// Changes an item; the statuses of what was refused.
    pub(crate) async fn change(&mut self, folder: &str, id: &str, data: &str) -> Vec<Node> {
        let change =
            format!("<Change><ServerId>{id}</ServerId><ApplicationData>{data}</ApplicationData></Change>");
        self.round(folder, &change).await.replies
    }

    /// Deletes an item; the statuses of what was refused.
    pub(crate) async fn delete(&mut self, folder: &str, id: &str) -> Vec<Node> {
        self.round(folder, &format!("<Delete><ServerId>{id}</ServerId></Delete>")).await.replies
    }

    /// How many changes wait, asked as Thunderbird does: the oldest name the class first.
    pub(crate) async fn estimate(&mut self, folder: &str) -> usize {
        let class = class(self.folders[folder].kind);
        let is_old = !self.speaks(Version::V12_1);
        let (key, filter) = (self.book(folder).key.clone(), self.book(folder).filter);
        let collection = if is_old {
            format!(
                "<Class>{class}</Class><CollectionId>{folder}</CollectionId>\
                 <airsync:FilterType>{filter}</airsync:FilterType><airsync:SyncKey>{key}</airsync:SyncKey>"
            )
        } else {
            format!("<airsync:SyncKey>{key}</airsync:SyncKey><CollectionId>{folder}</CollectionId>")
        };
        let inner = format!("<Collections><Collection>{collection}</Collection></Collections>");
        let told = self.ask("GetItemEstimate", "GetItemEstimate:GetItemEstimate", &inner).await;
        assert_eq!(told.find("Response").unwrap().told("Status"), "1", "{told:?}");
        told.say("Estimate").parse().unwrap()
    }

    /// Waits for news of these folders; the status, and the folders that have some.
    pub(crate) async fn ping(&mut self, seconds: u32, folders: &[String]) -> (String, Vec<String>) {
        let folder = |id: &String| {
            format!("<Folder><Id>{id}</Id><Class>{}</Class></Folder>", class(self.folders[id].kind))
        };
        let folders: String = folders.iter().map(folder).collect();
        let inner = format!("<HeartbeatInterval>{seconds}</HeartbeatInterval><Folders>{folders}</Folders>");
        let told = self.ask("Ping", "Ping:Ping", &inner).await;
        let news = told.child("Folders").map(|folders| folders.all("Folder").map(|one| one.text.clone()));
        (told.told("Status").to_owned(), news.into_iter().flatten().collect())
    }

    /// Looks somebody up in the company directory: those found, and how many there are.
    pub(crate) async fn search(&mut self, words: &str, range: &str) -> (Vec<Node>, usize) {
        let options = if range.is_empty() {
            String::new()
        } else {
            format!("<Options><Range>{range}</Range></Options>")
        };
        let inner = format!("<Store><Name>GAL</Name><Query>{words}</Query>{options}</Store>");
        let told = self.ask("Search", "Search:Search", &inner).await;
        let store = told.find("Store").unwrap_or_else(|| panic!("{told:?}"));
        assert_eq!(store.told("Status"), "1", "{told:?}");
        let found = store.all("Result").filter_map(|result| result.child("Properties").cloned()).collect();
        (found, store.told("Total").parse().unwrap())
    }

    /// One item whole, as phones of 12.0 and later ask for it.
    pub(crate) async fn fetch(&mut self, folder: &str, id: &str) -> Node {
        let inner = format!(
            "<Fetch><Store>Mailbox</Store><airsync:CollectionId>{folder}</airsync:CollectionId>\
             <airsync:ServerId>{id}</airsync:ServerId></Fetch>"
        );
        let told = self.ask("ItemOperations", "ItemOperations:ItemOperations", &inner).await;
        let fetched = told.find("Fetch").unwrap();
        assert_eq!(fetched.told("Status"), "1", "{told:?}");
        fetched.child("Properties").unwrap().clone()
    }

    /// Puts an item into another folder; its new name.
    pub(crate) async fn move_item(&mut self, id: &str, from: &str, to: &str) -> String {
        let inner = format!(
            "<Move><SrcMsgId>{id}</SrcMsgId><SrcFldId>{from}</SrcFldId><DstFldId>{to}</DstFldId></Move>"
        );
        let told = self.ask("MoveItems", "Move:MoveItems", &inner).await;
        assert_eq!(told.say("Status"), "3", "{told:?}");
        let item = self.book(from).items.remove(id).unwrap();
        let name = told.say("DstMsgId").to_owned();
        self.book(to).items.insert(name.clone(), item);
        name
    }
}

impl Book {
    /// Takes one change of the server's.
    /// Takes a change: of a mail what is told, of everything else the whole item.
    fn take(&mut self, change: &Node, is_mail: bool) -> (String, String) {
        let id = change.told("ServerId").to_owned();
        let kind = change.local_name().to_owned();
        let data = change.child("ApplicationData").cloned();
        let held = match data {
            Some(data) if is_mail && kind == "Change" => {
                self.items.get_mut(&id).unwrap().lay(&data);
                self.items.get(&id).cloned()
            }
            Some(data) => self.items.insert(id.clone(), data),
            None => self.items.remove(&id),
        };
        assert_eq!(held.is_none(), kind == "Add", "{kind} of {id}, before it was {held:?}");
        (kind, id)
    }

    /// An item of the phone's own gets the server's name for it.
    fn name(&mut self, client_id: &str, data: &Node, replies: &[Node]) {
        let reply = replies.iter().find(|reply| reply.told("ClientId") == client_id).unwrap();
        if reply.told("Status") == "1" {
            let mut item = data.clone();
            if let Some(made) = reply.child("ApplicationData") {
                item.lay(made);
            }
            let before = self.items.insert(reply.told("ServerId").to_owned(), item);
            assert!(before.is_none(), "{reply:?} names an item that the phone has");
        }
    }
}

/// The class of what is in a folder of that kind.
pub(crate) fn class(kind: u8) -> &'static str {
    match kind {
        7 | 15 => "Tasks",
        8 | 13 => "Calendar",
        9 | 14 => "Contacts",
        10 | 17 => "Notes",
        _ => "Email",
    }
}
