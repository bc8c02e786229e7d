//! Collects what a phone is told, each item encoded as this phone sees it, bounded in number and bytes.

use wbxml::Fragment;

use super::collection::Wishes;
use super::letters;
use super::letters::Letters;
use super::window;
use super::window::Listener;
use super::window::News;
use crate::command::phone::Phone;
use crate::eas::class;
use crate::eas::class::MailView;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::email::Mail;
use crate::eas::sync::Change;
use crate::eas::sync::Options;
use crate::eas::sync::options_for;
use crate::model::content::Content;
use crate::model::folder::Folder;
use crate::model::id::server_id;
use crate::sync::held::Step;

/// What the phone is told of one folder.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    phone: &'a Phone,
    options: Options,
    folder: &'a Folder,
    letters: Option<&'a Letters>,
    changes: Vec<Change>,
    window: usize,
    bytes_left: usize,
}

impl<'a> Answer<'a> {
    pub(super) fn new(
        phone: &'a Phone,
        wishes: &Wishes,
        folder: &'a Folder,
        letters: Option<&'a Letters>,
    ) -> Self {
        let options = options_for(&wishes.options, folder.class).cloned().unwrap_or_default();
        Self { phone, options, folder, letters, changes: Vec::new(), window: 0, bytes_left: 0 }
    }

    /// With room for so many changes, and about so many bytes of them.
    pub(super) fn within(self, window: usize, bytes: usize) -> Self {
        Self { window, bytes_left: bytes, ..self }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

impl Listener for Answer<'_> {
    fn has_room(&self, news: &News) -> bool {
        let is_there = |letters: &Letters| {
            news.whole_mail().is_none_or(|message| letters.find(news.item, message.text()).is_some())
        };
        self.changes.len() < self.window && self.bytes_left > 0 && self.letters.is_none_or(is_there)
    }

    fn hear(&mut self, news: &News) -> Result<(), String> {
        let server_id = server_id(self.folder.id, news.item);
        let change = match news.step {
            Step::Nothing => return Ok(()),
            Step::Delete => Change::Delete { server_id },
            Step::SoftDelete => Change::SoftDelete { server_id },
            Step::Add | Step::Change => {
                let content = window::told(self.folder.class, &news.version)?;
                let shown = View { server_id: &server_id, ..view(self.phone, &self.options) };
                let letter = |text| self.letters.and_then(|letters| letters.find(news.item, text));
                let data = match (&content, &news.held) {
                    (Content::Message(now), Some(held)) if !email::change::is_rewritten(held, now) => {
                        email::change::fragment(held, now, &shown)
                    }
                    (Content::Message(message), held) => {
                        let letter = letter(message.text()).unwrap_or(Err("the mail was not fetched"))?;
                        match held {
                            Some(_) => {
                                email::change::rewritten(&Mail { message, letter, meeting: None }, &shown)
                            }
                            None => letters::encode(message, letter, &shown),
                        }
                    }
                    _ => encode(&content, &shown)?,
                };
                if news.step == Step::Add {
                    Change::Add { server_id, data }
                } else {
                    Change::Change { server_id, data }
                }
            }
        };
        self.bytes_left = self.bytes_left.saturating_sub(change.len());
        self.changes.push(change);
        Ok(())
    }
}

/// An item as a phone sees it.
pub(super) fn view<'a>(phone: &'a Phone, options: &'a Options) -> View<'a> {
    View {
        version: phone.version,
        body: &options.body,
        truncation: options.truncation_limit().and_then(|limit| u32::try_from(limit).ok()),
        owner: &phone.owner,
        birthday: phone.birthday,
        server_id: "",
        mail: MailView {
            mime_support: options.mime_support.unwrap_or(0),
            mime_truncation: options.mime_limit().and_then(|limit| u32::try_from(limit).ok()),
            body_part: options.body_part.as_ref(),
        },
    }
}

/// The children of an item's `ApplicationData`.
pub(super) fn encode(content: &Content, view: &View<'_>) -> Result<Fragment, String> {
    let mut failed = None;
    let data = Fragment::build(|writer| failed = class::write(content, view, writer).err());
    failed.map_or(Ok(data), |reason| Err(reason.to_string()))
}
