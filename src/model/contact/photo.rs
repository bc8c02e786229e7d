//! The picture of a contact, as far as the card itself holds it. Looks at no pixel.

use crate::model::contact::Contact;
use crate::model::contact::Media;
use crate::model::slot;
use crate::model::slot::Entry;

impl Contact {
    /// The picture, in base64; one that lies elsewhere on the net is no phone's business.
    pub fn photo(&self) -> Option<&str> {
        embedded(slot::entry(&self.media, (), 0)?)
    }

    /// Sets the picture from base64, or takes it away.
    pub fn set_photo(&mut self, base64: Option<&str>) {
        if self.photo() == base64 {
            return;
        }
        let Some(base64) = base64 else { return slot::remove(&mut self.media, (), 0) };
        let media_type = if base64.starts_with("iVBOR") { "image/png" } else { "image/jpeg" };
        slot::edit(&mut self.media, (), 0, |media| {
            media.uri = Some(format!("data:{media_type};base64,{base64}"));
            media.media_type = Some(media_type.to_owned());
        });
    }
}

impl Entry for Media {
    type Kind = ();
    const PREFIX: &'static str = "m";

    fn kind(&self) -> Option<()> {
        let is_photo = self.kind.as_deref() == Some("photo") && embedded(self).is_some();
        is_photo.then_some(())
    }

    fn new(_kind: ()) -> Self {
        Self { kind: Some("photo".to_owned()), ..Self::default() }
    }

    fn pref(&self) -> Option<u32> {
        self.pref
    }
}

/// The base64 of what a medium holds itself.
fn embedded(media: &Media) -> Option<&str> {
    let (head, data) = media.uri.as_deref()?.strip_prefix("data:")?.split_once(',')?;
    (head.ends_with(";base64") && !data.is_empty()).then_some(data)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::contact::tests::card;

    #[test]
    fn a_picture_is_kept_as_a_data_uri() {
        let mut contact =
            card(json!({"media": {"a": {"kind": "photo", "uri": "https://example.com/kari.jpg"}}}));
        assert_eq!(contact.photo(), None);
        contact.set_photo(Some("/9j/4AAQ"));
        assert_eq!(contact.photo(), Some("/9j/4AAQ"));
        contact.set_photo(Some("iVBORw0K"));
        assert_eq!(contact.media.len(), 2);
        assert!(contact.media.values().any(|media| media.media_type.as_deref() == Some("image/png")));
        contact.set_photo(None);
        assert_eq!((contact.photo(), contact.media.len()), (None, 1));
    }
}
