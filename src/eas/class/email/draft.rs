//! A draft as phones write it, from 16.0 on: what they say of it, laid over the message it was. Stores and sends none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use wbxml::Element;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::airsyncbase;
use wbxml::email;
use wbxml::email2;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::class::codec::number;
use crate::eas::class::email::Mail;
use crate::eas::class::email::received;
use crate::eas::element;
use crate::eas::name::FileReference;
use crate::mime::address;
use crate::mime::address::Mailbox;
use crate::mime::compose;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Rules;
use crate::mime::compose::draft;
use crate::mime::compose::draft::Draft;
use crate::mime::compose::draft::File;
use crate::mime::field;
use crate::mime::field::Field;
use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Want;
use crate::mime::letter::Wanted;
use crate::mime::section::Section;
use crate::model::task::Importance;

/// The most that the files added at once may have: what a phone uploads in a request of the usual limit.
const MOST: usize = 24_000_000;

/// What a phone did to a draft; none: it did not mention it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// Who it is for.
    pub to: Option<Vec<Mailbox>>,
    /// Who else gets it.
    pub cc: Option<Vec<Mailbox>>,
    /// Who gets it unseen.
    pub bcc: Option<Vec<Mailbox>>,
    /// Where answers go.
    pub reply_to: Option<Vec<Mailbox>>,
    /// What it is about.
    pub subject: Option<String>,
    /// How urgent it is.
    pub importance: Option<Importance>,
    /// What it says.
    pub text: Option<Text>,
    /// Files that are new.
    pub added: Vec<File>,
    /// Parts of the message it was that are no longer attached.
    pub removed: Vec<Section>,
}

/// What a draft says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// This, in plain.
    Plain(String),
    /// This, in HTML.
    Html(String),
    /// All of it: the draft is this message, whatever it was before.
    Mime(Bytes),
}

/// Reads what a phone says of a draft.
pub fn read(data: Element<'_>, reading: &Reading<'_>) -> Result<Edit, Unreadable> {
    let list = |tag| data.child(tag).map(|child| address::read(child.text()));
    let importance = data.child(email::IMPORTANCE).map(importance).transpose()?;
    let text = data.child(airsyncbase::BODY).map(text).transpose()?.flatten();
    let mut edit = Edit {
        to: list(email::TO),
        cc: list(email::CC),
        bcc: list(email2::BCC),
        reply_to: list(email::REPLY_TO),
        subject: element::string(data, email::SUBJECT),
        importance,
        text,
        ..Edit::default()
    };
    let attachments = data.child(airsyncbase::ATTACHMENTS);
    for child in attachments.into_iter().flat_map(Element::children) {
        match child.tag() {
            airsyncbase::ADD => edit.added.push(added(child)?),
            airsyncbase::DELETE => edit.removed.push(removed(child, reading.view.server_id)?),
            // What a phone was shown it need not send back.
            _ => {}
        }
    }
    if edit.added.iter().map(|file| file.bytes.len()).sum::<usize>() > MOST {
        return Err(Unreadable { element: airsyncbase::CONTENT, reason: "more than a draft may hold" });
    }
    Ok(edit)
}

fn importance(element: Element<'_>) -> Result<Importance, Unreadable> {
    Ok(match number::<u8>(element, 0, 2)? {
        0 => Importance::Low,
        2 => Importance::High,
        _ => Importance::Normal,
    })
}

/// None of a body without data, which says no more than that there is one.
fn text(body: Element<'_>) -> Result<Option<Text>, Unreadable> {
    let Some(data) = body.child(airsyncbase::DATA) else { return Ok(None) };
    let missing = Unreadable { element: airsyncbase::TYPE, reason: "a body without its type" };
    let form = body.child(airsyncbase::TYPE).ok_or(missing)?;
    match form.text().trim() {
        "1" => Ok(Some(Text::Plain(data.text().to_owned()))),
        "2" => Ok(Some(Text::Html(data.text().to_owned()))),
        "4" => Ok(Some(Text::Mime(Bytes::copy_from_slice(data.bytes())))),
        _ => Err(Unreadable::at(form, "not a form of a draft")),
    }
}

fn added(element: Element<'_>) -> Result<File, Unreadable> {
    let filled = |tag: Tag| element::string(element, tag).filter(|text| !text.is_empty());
    let content = element
        .child(airsyncbase::CONTENT)
        .ok_or(Unreadable { element: airsyncbase::CONTENT, reason: "a file without content" })?;
    let bytes = bytes(content).ok_or_else(|| Unreadable::at(content, "neither bytes nor base64"))?;
    // MS-ASAIRS 2.2.2.31.1 (Method): 5 is a message.
    let is_message = element::number::<u8>(element, airsyncbase::METHOD) == Some(5);
    let media_type =
        if is_message { Some("message/rfc822".to_owned()) } else { filled(airsyncbase::CONTENT_TYPE) };
    Ok(File {
        name: filled(airsyncbase::DISPLAY_NAME).unwrap_or_else(|| "attachment".to_owned()),
        media_type,
        content_id: filled(airsyncbase::CONTENT_ID),
        is_inline: element::flag(element, airsyncbase::IS_INLINE) == Some(true),
        bytes,
    })
}

// MS-ASDTYPE 2.7.1 (Byte Array): opaque data; some write base64 instead.
fn bytes(content: Element<'_>) -> Option<Bytes> {
    if content.is_opaque() {
        return Some(Bytes::copy_from_slice(content.bytes()));
    }
    let base64: String = content.text().split_ascii_whitespace().collect();
    STANDARD.decode(&base64).ok().map(Bytes::from)
}

fn removed(element: Element<'_>, server_id: &str) -> Result<Section, Unreadable> {
    let reference = element::text(element, airsyncbase::FILE_REFERENCE).unwrap_or_default();
    let file = reference.parse::<FileReference>().ok().filter(|file| file.item.to_string() == server_id);
    file.and_then(|file| file.section()).ok_or_else(|| Unreadable::at(element, "no file of this draft"))
}

impl Edit {
    /// What must be fetched of the message that the draft was.
    pub fn wants(&self, before: &Letter) -> Vec<Wanted> {
        match self.text {
            None => before.wants(&Want { form: before.native(), most: None }),
            Some(Text::Plain(_) | Text::Html(_) | Text::Mime(_)) => Vec::new(),
        }
    }

    /// The message that the draft is, where the phone sent it whole: then it stands for what it was before.
    pub fn whole(&self) -> Option<&Bytes> {
        match &self.text {
            Some(Text::Mime(mime)) => Some(mime),
            Some(Text::Plain(_) | Text::Html(_)) | None => None,
        }
    }

    /// The draft as a message, by the one it was or the phone sent whole; with its files as pieces of that.
    ///
    /// A whole message that nothing is added to or taken from stays as it is, signed or sealed as it may be.
    pub fn message(&self, base: Option<&Bytes>, is_sent: bool, rules: &Rules<'_>) -> Outgoing {
        match base {
            Some(raw) if !self.rebuilds() => {
                let header = field::end_of_header(raw).min(raw.len());
                let urgent = self.importance.filter(|_| self.whole().is_some()).and_then(urgency);
                let is_kept = |field: &Field<'_>| {
                    !(is_sent && field.is("Date") || urgent.is_some() && field.is("Importance"))
                };
                let (fields, rest) = raw.split_at(header);
                let fields = field::fields(fields).filter(is_kept).flat_map(|field| field.with_end());
                let urgent = urgent.map(|word| format!("Importance: {word}\r\n")).unwrap_or_default();
                let raw: Vec<u8> =
                    fields.chain(urgent.into_bytes()).chain(*b"\r\n").chain(rest.iter().copied()).collect();
                compose::compose(&Bytes::from(raw), None, rules)
            }
            base => {
                let letter = base.map(|raw| Letter::read(raw.clone()));
                let mut draft = self.over(letter.as_ref());
                draft.others = base.map(|raw| draft::others(raw)).unwrap_or_default();
                draft::write(&draft, letter.as_ref(), rules)
            }
        }
    }

    /// Whether the phone says more of it than a message that it sends whole, or than nothing.
    fn rebuilds(&self) -> bool {
        // MS-ASEMAIL 3.1.5.4: beside a whole message stand its importance and what is attached, nothing else.
        !self.added.is_empty() || self.whole().is_none() && *self != Self::default()
    }

    /// The draft as it is now, by the message it was, if it was one.
    pub fn over(&self, before: Option<&Letter>) -> Draft {
        let nobody = Letter::default();
        let letter = before.unwrap_or(&nobody);
        let headers = letter.headers();
        let list =
            |told: &Option<Vec<Mailbox>>, known: &[Mailbox]| told.clone().unwrap_or_else(|| known.to_vec());
        let known = if headers.references.is_empty() { &headers.in_reply_to } else { &headers.references };
        let (words, is_html) = self.words(letter);
        let files = letter.attachments().into_iter().map(|file| file.section);
        Draft {
            to: list(&self.to, &headers.to),
            cc: list(&self.cc, &headers.cc),
            bcc: list(&self.bcc, &headers.bcc),
            reply_to: list(&self.reply_to, &headers.reply_to),
            subject: self.subject.clone().or_else(|| headers.subject.clone()).unwrap_or_default(),
            importance: self.importance.unwrap_or(headers.importance),
            references: known.clone(),
            others: Vec::new(),
            words,
            is_html,
            // What the phone removes it names by the message that was, and not by the one that it sends.
            kept: files.filter(|section| self.whole().is_some() || !self.removed.contains(section)).collect(),
            files: self.added.clone(),
        }
    }

    fn words(&self, letter: &Letter) -> (String, bool) {
        match &self.text {
            Some(Text::Plain(text)) => (text.clone(), false),
            Some(Text::Html(text)) => (text.clone(), true),
            Some(Text::Mime(_)) | None => {
                let form = letter.native();
                (letter.body(&Want { form, most: None }).data, form == Form::Html)
            }
        }
    }
}

/// The word of the header for what is not as usual.
fn urgency(importance: Importance) -> Option<&'static str> {
    match importance {
        Importance::High => Some("high"),
        Importance::Low => Some("low"),
        Importance::Normal => None,
    }
}

/// What a phone hears of a draft that it wrote, beside the status: what it could not know.
// MS-ASEMAIL 2.2.2.21 (ConversationId), 2.2.2.22 (ConversationIndex), MS-ASAIRS 2.2.2.7 (Attachment).
pub fn answer(stored: &Mail<'_>, sent: Element<'_>, is_new: bool, view: &View<'_>) -> Option<Fragment> {
    let attachments = sent.child(airsyncbase::ATTACHMENTS).into_iter().flat_map(Element::children);
    let added: Vec<Element<'_>> = attachments.filter(|child| child.tag() == airsyncbase::ADD).collect();
    // What is new stands last in the message.
    let files = stored.letter.attachments();
    let new = files.get(files.len().saturating_sub(added.len())..).unwrap_or_default();
    let answer = Fragment::build(|writer| {
        if is_new {
            let headers = stored.letter.headers();
            writer.opaque(email2::CONVERSATION_ID, &headers.conversation_id());
            writer.opaque(email2::CONVERSATION_INDEX, &headers.conversation_index(received(stored)));
        }
        writer.container(airsyncbase::ATTACHMENTS, |writer| {
            for (added, file) in added.iter().zip(new) {
                let client_id = element::text(*added, airsyncbase::CLIENT_ID).unwrap_or_default();
                writer.open(airsyncbase::ATTACHMENT);
                writer.text(airsyncbase::CLIENT_ID, client_id);
                let reference = FileReference::of(view.server_id, &file.section);
                writer.text(airsyncbase::FILE_REFERENCE, &reference);
                writer.close();
            }
        });
    });
    Some(answer).filter(|answer| !answer.is_empty())
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;
    use wbxml::Version;
    use wbxml::Writer;
    use wbxml::airsync;

    use super::*;
    use crate::eas::class::testing::Phone;
    use crate::eas::class::testing::now;
    use crate::mime::compose::Piece;
    use crate::mime::parse;
    use crate::model::message::Message;

    fn data(xml: &str) -> Document {
        let names = "xmlns=\"AirSync\" xmlns:e=\"Email\" xmlns:e2=\"Email2\" xmlns:b=\"AirSyncBase\"";
        Document::from_xml(&format!("<ApplicationData {names}>{xml}</ApplicationData>")).unwrap()
    }

    fn edit(xml: &str) -> Result<Edit, Unreadable> {
        read(data(xml).root(), &Phone::new(Version::V16_1).reading())
    }

    /// The message that comes of it, with what it keeps of the one before.
    fn written(edit: &Edit, before: Option<&[u8]>) -> Vec<u8> {
        made(edit, before, false)
    }

    fn made(edit: &Edit, before: Option<&[u8]>, is_sent: bool) -> Vec<u8> {
        let sender = Mailbox::bare("ola@fjord.example");
        let rules = Rules { sender: &sender, owned: &[], now: now(), id: "an-id", host: "fjord.example" };
        let base = edit.whole().cloned().or_else(|| before.map(Bytes::copy_from_slice));
        let draft = edit.message(base.as_ref(), is_sent, &rules);
        let mut message = Vec::new();
        for piece in draft.copy() {
            match piece {
                Piece::Own(bytes) => message.extend_from_slice(&bytes),
                Piece::Original(section) => {
                    let base = base.as_ref().unwrap();
                    message.extend_from_slice(parse::parse(base).section(&section).unwrap());
                }
            }
        }
        message
    }

    fn letter(raw: Vec<u8>) -> Letter {
        Letter::read(Bytes::from(raw))
    }

    fn names(letter: &Letter) -> Vec<String> {
        letter.attachments().into_iter().map(|file| file.name).collect()
    }

    const NEW: &str = "<e:To>Kari &lt;kari@fjord.example&gt;, per@fjord.example</e:To><e2:Bcc>x@fjord.example</e2:Bcc>\
        <e:Subject>Lunsj</e:Subject><e:Importance>2</e:Importance>\
        <b:Body><b:Type>2</b:Type><b:Data>&lt;p&gt;Kl. tolv&lt;/p&gt;</b:Data></b:Body>\
        <b:Attachments><b:Add><b:ClientId>c1</b:ClientId><b:Method>1</b:Method><b:ContentType>text/plain</b:ContentType>\
        <b:Content>aGVp</b:Content><b:DisplayName>hei.txt</b:DisplayName></b:Add></b:Attachments>";

    const CHANGED: &str = "<e:Subject>Middag</e:Subject><e:To/><b:Attachments><b:Delete>\
        <b:FileReference>1:17:2</b:FileReference></b:Delete><b:Add><b:ClientId>c2</b:ClientId><b:Method>5</b:Method>\
        <b:DisplayName>gammel.eml</b:DisplayName><b:Content>U3ViamVjdDogeA0KDQp5</b:Content></b:Add></b:Attachments>";

    #[test]
    fn a_draft_becomes_the_message_that_the_phone_wrote() {
        let letter = letter(written(&edit(NEW).unwrap(), None));
        let headers = letter.headers();
        let list = |list: &[Mailbox]| list.iter().map(Mailbox::to_string).collect::<Vec<_>>().join(", ");
        assert_eq!(list(&headers.to), "\"Kari\" <kari@fjord.example>, per@fjord.example");
        assert_eq!(
            (list(&headers.bcc).as_str(), list(&headers.from).as_str()),
            ("x@fjord.example", "ola@fjord.example")
        );
        assert_eq!((headers.subject.as_deref(), headers.importance), (Some("Lunsj"), Importance::High));
        assert_eq!(letter.body(&Want { form: Form::Html, most: None }).data.trim_end(), "<p>Kl. tolv</p>");
        assert_eq!(names(&letter), ["hei.txt"]);
    }

    #[test]
    fn what_a_phone_does_not_mention_stays() {
        let before = written(&edit(NEW).unwrap(), None);
        let changed = edit(CHANGED).unwrap();
        let wanted = changed.wants(&Letter::read(Bytes::from(before.clone())));
        assert_eq!(wanted, [], "all of it is there");
        let after = letter(written(&changed, Some(&before)));
        let headers = after.headers();
        assert_eq!((headers.subject.as_deref(), headers.to.len(), headers.bcc.len()), (Some("Middag"), 0, 1));
        assert_eq!(headers.importance, Importance::High);
        assert_eq!(after.body(&Want { form: Form::Html, most: None }).data.trim_end(), "<p>Kl. tolv</p>");
        assert_eq!(names(&after), ["gammel.eml"]);
        let message = Message::default();
        let stored = Mail { message: &message, letter: &after, meeting: None };
        let phone = Phone::new(Version::V16_1);
        let mut writer = Writer::new();
        writer.open(airsync::APPLICATION_DATA);
        let sent = data(CHANGED);
        writer.append(&answer(&stored, sent.root(), false, &phone.view()).unwrap());
        let document = Document::decode(writer.finish(), &Limits::default()).unwrap();
        let attachment =
            document.root().child(airsyncbase::ATTACHMENTS).and_then(|list| list.children().next());
        let told = attachment.unwrap().children().map(Element::text).collect::<Vec<_>>();
        assert_eq!(told, ["c2", "1:17:2"]);
        let nothing = data("");
        assert!(answer(&stored, nothing.root(), false, &phone.view()).is_none());
        assert!(answer(&stored, nothing.root(), true, &phone.view()).is_some());
    }

    /// Quirk whole-drafts.
    #[test]
    fn a_draft_may_come_as_a_whole_message() {
        let whole =
            edit("<b:Body><b:Type>4</b:Type><b:Data>Subject: x&#13;\n&#13;\ny</b:Data></b:Body>").unwrap();
        assert_eq!(whole.whole().map(|mime| &mime[..]), Some(&b"Subject: x\r\n\r\ny"[..]));
        assert_eq!(edit("<b:Body><b:Type>1</b:Type></b:Body>"), Ok(Edit::default()));
    }

    /// A draft that another program wrote, with more in its header than phones know.
    const OTHERS: &str = "From: ola@fjord.example\r\nTo: kari@fjord.example\r\nSubject: Svar\r\n\
        Date: Sun, 22 Nov 2026 08:00:00 +0000\r\nMessage-ID: <d@fjord.example>\r\nIn-Reply-To: <2@y>\r\n\
        References: <1@y> <2@y>\r\nX-Mozilla-Draft-Info: vcard=0\r\nImportance: high\r\n\r\nHei\r\n";

    #[test]
    fn what_no_phone_knows_of_a_draft_outlives_its_change() {
        let body = "<b:Body><b:Type>1</b:Type><b:Data>Hallo</b:Data></b:Body>";
        let raw = written(&edit(body).unwrap(), Some(OTHERS.as_bytes()));
        let text = String::from_utf8(raw.clone()).unwrap();
        for line in
            ["X-Mozilla-Draft-Info: vcard=0\r\n", "Message-ID: <d@fjord.example>\r\n", "Importance: high\r\n"]
        {
            assert_eq!(text.matches(line).count(), 1, "{text}");
        }
        let letter = letter(raw);
        let headers = letter.headers();
        assert_eq!(
            (&headers.in_reply_to[..], &headers.references[..]),
            (&["2@y".to_owned()][..], &["1@y".to_owned(), "2@y".to_owned()][..])
        );
        assert_eq!((text.matches("Date: ").count(), headers.date), (1, Some(now())));
        assert_eq!(letter.body(&Want { form: Form::Text, most: None }).data.trim_end(), "Hallo");
    }

    #[test]
    fn a_draft_that_is_sent_as_it_is_gets_the_date_of_that_and_nothing_else() {
        let sent = String::from_utf8(made(&Edit::default(), Some(OTHERS.as_bytes()), true)).unwrap();
        assert_eq!(
            (sent.matches("Date: ").count(), letter(sent.clone().into_bytes()).headers().date),
            (1, Some(now()))
        );
        assert!(sent.ends_with("\r\n\r\nHei\r\n") && sent.contains("X-Mozilla-Draft-Info"), "{sent}");
    }

    /// Quirk whole-drafts.
    #[test]
    fn a_whole_message_stays_as_it_is_but_for_what_stands_beside_it() {
        let whole = "<b:Body><b:Type>4</b:Type><b:Data>Subject: x&#13;\nX-Y: z&#13;\n&#13;\nHei&#13;\n</b:Data></b:Body>";
        let with = |more: &str| {
            String::from_utf8(written(&edit(&format!("{whole}{more}")).unwrap(), Some(OTHERS.as_bytes())))
                .unwrap()
        };
        let urgent = with("<e:Importance>2</e:Importance>");
        assert!(urgent.contains("Importance: high\r\n") && urgent.ends_with("\r\n\r\nHei\r\n"), "{urgent}");
        let with_file = with(
            "<b:Attachments><b:Add><b:ClientId>c</b:ClientId><b:DisplayName>a.txt</b:DisplayName><b:Content>aGVp</b:Content></b:Add></b:Attachments>",
        );
        assert!(with_file.contains("Subject: x\r\n") && with_file.contains("X-Y: z\r\n"), "{with_file}");
        assert_eq!(names(&letter(with_file.into_bytes())), ["a.txt"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            "<e:Importance>5</e:Importance>",
            "<b:Body><b:Type>3</b:Type><b:Data>x</b:Data></b:Body>",
            "<b:Body><b:Data>x</b:Data></b:Body>",
            "<b:Attachments><b:Add><b:ClientId>c</b:ClientId></b:Add></b:Attachments>",
            "<b:Attachments><b:Add><b:Content>*</b:Content></b:Add></b:Attachments>",
            "<b:Attachments><b:Delete><b:FileReference>1:18:2</b:FileReference></b:Delete></b:Attachments>",
            "<b:Attachments><b:Delete/></b:Attachments>",
        ] {
            assert!(edit(wrong).is_err(), "{wrong}");
        }
    }
}
