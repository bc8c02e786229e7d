//! The `MoveItems` command as values. Moves nothing.

use wbxml::Element;
use wbxml::Writer;
use wbxml::moves as tag;

use crate::eas::element;

// MS-ASCMD 2.2.3.177.10 (Status, of MoveItems). Success is 3.
crate::eas::status::statuses! { command
    /// How a move fared.
    Status {
        /// The item or the folder it should be in is not there.
        INVALID_SOURCE = 1,
        /// The folder it should go to is not there.
        INVALID_DESTINATION = 2,
        /// It is moved.
        SUCCESS = 3,
        /// It is there already.
        SAME_SOURCE_AND_DESTINATION = 4,
        /// It cannot be moved there, or to several folders at once.
        CANNOT_MOVE = 5,
        /// The item is busy; the phone tries again.
        LOCKED = 7,
    }
}

/// An item to move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Move {
    /// The item.
    pub item: String,
    /// The folder it is in.
    pub from: String,
    /// The folders it should go to: one, if the phone knows the rules.
    pub to: Vec<String>,
}

/// Reads a `MoveItems` element.
pub fn parse(root: Element<'_>) -> Vec<Move> {
    root.children().filter(|child| child.tag() == tag::MOVE).map(Move::parse).collect()
}

impl Move {
    fn parse(element: Element<'_>) -> Self {
        let destinations = element.children().filter(|child| child.tag() == tag::DST_FLD_ID);
        Self {
            item: element::string(element, tag::SRC_MSG_ID).unwrap_or_default(),
            from: element::string(element, tag::SRC_FLD_ID).unwrap_or_default(),
            to: destinations.map(|child| child.text().to_owned()).collect(),
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// Move by move.
    Moves(Vec<Moved>),
    /// It did not work for any.
    Failure(Status),
}

/// How one move fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The item, as the phone named it.
    pub item: String,
    /// Its new name, or why it has none.
    pub result: Result<String, Status>,
}

impl Response {
    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::MOVE_ITEMS);
        match self {
            Self::Failure(status) => writer.number(tag::STATUS, status),
            Self::Moves(moves) => moves.iter().for_each(|moved| moved.write(&mut writer)),
        }
        writer.finish()
    }
}

impl Moved {
    fn write(&self, writer: &mut Writer) {
        writer.open(tag::RESPONSE);
        writer.text(tag::SRC_MSG_ID, &self.item);
        match &self.result {
            Ok(name) => {
                writer.number(tag::STATUS, Status::SUCCESS);
                writer.text(tag::DST_MSG_ID, name);
            }
            Err(status) => writer.number(tag::STATUS, status),
        }
        writer.close();
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;

    use super::*;
    use crate::eas::golden::check;

    #[test]
    fn a_move_to_two_folders_is_seen() {
        let mut writer = Writer::new();
        writer.open(tag::MOVE_ITEMS);
        writer.open(tag::MOVE);
        writer.text(tag::SRC_MSG_ID, "1:7");
        writer.text(tag::SRC_FLD_ID, "1");
        writer.text(tag::DST_FLD_ID, "100");
        writer.text(tag::DST_FLD_ID, "101");
        let document = Document::decode(writer.finish(), &Limits::default()).unwrap();
        let to = vec!["100".to_owned(), "101".to_owned()];
        assert_eq!(parse(document.root()), [Move { item: "1:7".to_owned(), from: "1".to_owned(), to }]);
    }

    #[test]
    fn only_what_moved_has_a_new_name() {
        let moved = |item: &str, result| Moved { item: item.to_owned(), result };
        let response = Response::Moves(vec![
            moved("1:7", Ok("100:3".to_owned())),
            moved("1:8", Err(Status::INVALID_SOURCE)),
        ]);
        check("moveitems/response", &response.encode());
    }
}
