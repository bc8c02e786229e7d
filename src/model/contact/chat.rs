//! The chat addresses of a contact. Not its profiles on the net, which no phone has a slot for.

use crate::model::contact::Contact;
use crate::model::contact::OnlineService;
use crate::model::contact::entries::Text;
use crate::model::contact::entries::set;
use crate::model::slot;
use crate::model::slot::Entry;
use crate::model::slot::some_text;

impl Contact {
    /// `IMAddress` to `IMAddress3`, counted from 0.
    pub fn im_address(&self, index: usize) -> Option<&str> {
        slot::entry(&self.online_services, (), index).and_then(Text::text)
    }

    /// Sets a chat address, or takes it away.
    pub fn set_im_address(&mut self, index: usize, value: Option<&str>) {
        set(&mut self.online_services, (), index, value);
    }
}

/// The schemes of chat addresses.
const CHAT_SCHEMES: [&str; 10] =
    ["im:", "xmpp:", "sip:", "sips:", "skype:", "aim:", "msnim:", "ymsgr:", "matrix:", "irc:"];

impl Entry for OnlineService {
    type Kind = ();
    const PREFIX: &'static str = "i";

    fn kind(&self) -> Option<()> {
        let text = self.text()?;
        let is_chat = || CHAT_SCHEMES.iter().any(|scheme| text.starts_with(scheme));
        // RFC 9555 2.7.2 (IMPP): the name of the vCard property tells a chat address from a profile.
        let is_impp = self.other.get("vCardName").is_some_and(|name| name == "impp");
        (is_impp || is_chat()).then_some(())
    }

    fn new(_kind: ()) -> Self {
        let mut service = Self::default();
        service.other.insert("vCardName".to_owned(), "impp".into());
        service
    }

    fn slots(_kind: ()) -> usize {
        3
    }

    fn pref(&self) -> Option<u32> {
        self.pref
    }
}

impl Text for OnlineService {
    fn text(&self) -> Option<&str> {
        some_text(self.uri.as_ref()).or_else(|| some_text(self.user.as_ref()))
    }

    fn set_text(&mut self, text: String) {
        let is_uri = self.uri.is_some() || text.contains(':');
        let field = if is_uri { &mut self.uri } else { &mut self.user };
        *field = Some(text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::model::contact::tests::card;

    #[test]
    fn chat_addresses_are_told_from_profiles() {
        let mut contact = card(json!({"onlineServices": {
            "a": {"service": "Mastodon", "uri": "https://example.com/@kari"},
            "b": {"uri": "xmpp:kari@example.com"}, "c": {"user": "kari", "vCardName": "impp"}}}));
        assert_eq!(contact.im_address(0), Some("xmpp:kari@example.com"));
        assert_eq!(contact.im_address(1), Some("kari"));
        contact.set_im_address(0, None);
        contact.set_im_address(1, Some("kh"));
        contact.set_im_address(2, Some("sip:kari@example.com"));
        assert_eq!(contact.im_address(0), None);
        assert_eq!(contact.im_address(1), Some("kh"));
        assert_eq!(contact.im_address(2), Some("sip:kari@example.com"));
        assert!(contact.online_services.contains_key("a"));
    }
}
