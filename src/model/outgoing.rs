//! A message on its way out: who is still to get it, and what is to be done besides. Not what it says.

use serde::Deserialize;
use serde::Serialize;

/// How far a message has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Who has yet to get it.
    pub recipients: Vec<String>,
    /// The server may have it for them, and has not said so.
    pub is_unsure: bool,
    /// The copy among the sent messages.
    pub copy: Todo,
    /// What its sender has yet to be told.
    pub reports: Vec<Report>,
}

/// Something to be stored in the mailbox once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Todo {
    /// It is there, or is not wanted.
    #[default]
    Done,
    /// Nobody has tried yet.
    Open,
    /// It may be there: look before it is stored.
    Tried,
}

/// Who did not get the message, or perhaps did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// The message id of the report, without brackets.
    pub id: String,
    /// Whether it is in the mailbox.
    pub todo: Todo,
    /// Who; with what the server said.
    pub failures: Vec<Failure>,
    /// Whether they may have got it all the same.
    pub is_unsure: bool,
}

/// A recipient, and why the message did not get there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// Who.
    pub recipient: String,
    /// What the server said.
    pub reply: String,
}

impl Progress {
    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        self.recipients.is_empty() && self.copy == Todo::Done && self.reports.is_empty()
    }
}
