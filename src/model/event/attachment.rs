//! The files that belong to an event, as far as the event itself holds them (`links` with a `data:` address).
//!
//! What lies elsewhere on the net is a link and no file: no phone fetches it here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::calendar::Link;
use crate::model::event::Event;

/// The most that the files of one event may have in base64: what a phone uploads in a request of the usual limit.
pub const MOST_BASE64: usize = 24_000_000;

/// A file of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment<'a> {
    /// What it is called, if anything.
    pub name: Option<&'a str>,
    /// Its media type.
    pub content_type: &'a str,
    /// What the text of the event calls it, if that shows it.
    pub content_id: Option<&'a str>,
    /// What is in it, in base64.
    pub base64: &'a str,
}

impl Attachment<'_> {
    /// What is in it; none where that is no base64 after all.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.base64).ok()
    }

    /// How many bytes it has, without looking at them.
    pub fn size(&self) -> usize {
        self.base64.trim_end_matches('=').len() * 3 / 4
    }
}

impl Event {
    /// The files, each by its key.
    pub fn attachments(&self) -> impl Iterator<Item = (&str, Attachment<'_>)> {
        self.links.iter().filter_map(|(key, link)| Some((key.as_str(), attachment(link)?)))
    }

    /// The file of this key.
    pub fn attachment(&self, key: &str) -> Option<Attachment<'_>> {
        attachment(self.links.get(key)?)
    }

    /// Adds a file, or replaces the one of this key.
    pub fn attach(&mut self, key: &str, file: Attachment<'_>) {
        let link = Link {
            href: Some(format!("data:{};base64,{}", file.content_type, file.base64)),
            content_type: Some(file.content_type.to_owned()),
            size: u32::try_from(file.size()).ok(),
            rel: Some("enclosure".to_owned()),
            title: file.name.map(str::to_owned),
            cid: file.content_id.map(str::to_owned),
            ..Link::default()
        };
        self.links.insert(key.to_owned(), link);
    }

    /// Takes a file away; a link that is none stays.
    pub fn detach(&mut self, key: &str) {
        if self.attachment(key).is_some() {
            self.links.remove(key);
        }
    }
}

fn attachment(link: &Link) -> Option<Attachment<'_>> {
    let (head, base64) = link.href.as_deref()?.strip_prefix("data:")?.split_once(',')?;
    let of_head = head.strip_suffix(";base64")?;
    let content_type = link.content_type.as_deref().or(Some(of_head)).filter(|text| !text.is_empty());
    Some(Attachment {
        name: link.title.as_deref(),
        content_type: content_type.unwrap_or("application/octet-stream"),
        content_id: link.cid.as_deref(),
        base64,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::object::Shape;

    #[test]
    fn a_file_is_a_link_that_holds_itself() {
        let value = json!({"links": {
            "web": {"href": "https://fjord.example/agenda.pdf", "title": "Agenda"},
            "own": {"href": "data:text/plain;base64,SGVp", "title": "hei.txt", "x": 1}
        }});
        let mut event = Event::read(&value).unwrap();
        let files: Vec<_> = event.attachments().collect();
        let hei = Attachment {
            name: Some("hei.txt"),
            content_type: "text/plain",
            content_id: None,
            base64: "SGVp",
        };
        assert_eq!(files, [("own", hei)]);
        assert_eq!((hei.bytes().as_deref(), hei.size()), (Some(&b"Hei"[..]), 3));
        assert_eq!(event.write(), value);
        event.detach("web");
        event.detach("own");
        event.attach("new", Attachment { name: Some("ny.txt"), ..hei });
        assert_eq!(
            event.write(),
            json!({"links": {
                "web": {"href": "https://fjord.example/agenda.pdf", "title": "Agenda"},
                "new": {"href": "data:text/plain;base64,SGVp", "contentType": "text/plain", "size": 3,
                    "rel": "enclosure", "title": "ny.txt"}
            }})
        );
    }
}
