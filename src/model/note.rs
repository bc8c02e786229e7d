//! A note: a title and a text, as the pull contract has it. No standard covers it.

use jiff::Timestamp;

use crate::model::object::Set;
use crate::model::object::members;
use crate::model::object::object;
use crate::model::object::replace_members;

object! {
    /// A note.
    pub struct Note {
        /// The same for ever and everywhere.
        uid: Option<String> = "uid",
        /// The heading.
        title: Option<String> = "title",
        /// The text.
        body: Option<String> = "body",
        /// Categories.
        keywords: Set = "keywords",
        /// When it was last changed.
        updated: Option<Timestamp> = "updated",
    }
}

impl Note {
    /// Categories.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        members(&self.keywords)
    }

    /// Sets the categories.
    pub fn set_categories(&mut self, categories: &[&str]) {
        replace_members(&mut self.keywords, categories);
    }
}
