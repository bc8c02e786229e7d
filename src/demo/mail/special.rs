//! The demo's mail that is more than words: an invitation, a signature, a picture, a file, a newsletter, Japanese.

use jiff::Span;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::write::Draft;
use super::write::Part;
use super::write::pdf;
use crate::backoffice::company;
use crate::connector::dav::ical;
use crate::mime::address::Mailbox;
use crate::model::class::Class;
use crate::model::content::Content;

/// Made by Ola's key, which nobody has any more, over [`SIGNED`].
const SIGNATURE: &str = include_str!("../../../fixtures/demo/signature.b64");

/// What is signed, to the letter.
const SIGNED: &str = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    Hei.\r\n\r\nVedlagt signatur bekrefter at anlegget i Sandviken skole, plan 3, er\r\n\
    kontrollert og godkjent etter NEK 400.\r\n\r\nOla Nordmann\r\nFaglig ansvarlig, Fjord Elektro AS\r\n";

/// Seven bits a letter, by escape sequences.
const JAPANESE: &[u8] = include_bytes!("../../../fixtures/demo/japanese.iso-2022-jp.txt");

/// A message without who gets it and when.
#[derive(Clone, Debug)]
pub(super) struct Special {
    /// Who wrote it.
    pub(super) from: Mailbox,
    /// What it is about.
    pub(super) subject: String,
    /// Further fields, each with its line end.
    pub(super) fields: String,
    /// What it says.
    pub(super) body: Part,
    /// Its marks.
    pub(super) keywords: &'static [&'static str],
}

impl Special {
    fn new(from: Mailbox, subject: &str, body: Part) -> Self {
        Self { from, subject: subject.to_owned(), fields: String::new(), body, keywords: &["$seen"] }
    }
}

/// All of them, the newest first.
pub(super) fn all(owner: &Mailbox, colleague: &Mailbox, today: Date, now: Timestamp) -> Vec<Special> {
    let named =
        |name: &str, address: &str| Mailbox { name: Some(name.to_owned()), address: address.to_owned() };
    let ola = named("Ola Nordmann", "ola@fjord.example");
    vec![
        invitation(owner, colleague, today, now),
        with_picture(named("Silje Øygarden", "silje.oygarden@fjord.example")),
        with_file(named("Bergen Kraftsalg", "faktura@kraftsalg.example")),
        newsletter(named("Fagbladet Volt", "nyhetsbrev@volt.example")),
        japanese(),
        forwarded(named("Lise Grøneng", "lise.groneng@fjord.example"), owner, now),
        Special { keywords: &["$seen", "$flagged"], ..signed(ola) },
    ]
}

/// On a day of work soon, at ten.
fn invitation(owner: &Mailbox, colleague: &Mailbox, today: Date, now: Timestamp) -> Special {
    let ahead = if today.weekday().to_monday_zero_offset() >= 3 { 5 } else { 2 };
    let day = today.saturating_add(Span::new().days(ahead));
    let participant = |who: &Mailbox, is_owner: bool| {
        json!({"@type": "Participant", "name": who.display_name(), "kind": "individual",
            "calendarAddress": format!("mailto:{}", who.address),
            "roles": if is_owner { json!({"owner": true, "attendee": true}) } else { json!({"attendee": true}) },
            "participationStatus": if is_owner { "accepted" } else { "needs-action" },
            "expectReply": !is_owner})
    };
    let title = "Befaring Sandviken skole, plan 3";
    let event = json!({
        "@type": "Event", "uid": format!("befaring-{day}-{}", owner.address), "title": title,
        "start": format!("{day}T10:00:00"), "timeZone": "Europe/Oslo", "duration": "PT1H30M",
        "description": "Vi går gjennom plan 3 sammen med byggherren. Ta med hjelm.",
        "locations": {"l1": {"@type": "Location", "name": "Sandviken skole, brakke 2"}},
        "organizerCalendarAddress": format!("mailto:{}", colleague.address),
        "participants": {"p1": participant(colleague, true), "p2": participant(owner, false)},
    });
    let calendar = Content::from_value(Class::Calendar, &event).ok();
    let calendar = calendar.and_then(|event| ical::write(&event, now)).unwrap_or_default();
    let calendar = calendar.replacen("VERSION:2.0\r\n", "VERSION:2.0\r\nMETHOD:REQUEST\r\n", 1);
    let text = format!(
        "{title}\n\n{day} kl. 10:00 til 11:30\nSandviken skole, brakke 2\n\nVi går gjennom plan 3 sammen med byggherren. Ta med hjelm."
    );
    let mut request = Part::text(&calendar.replace("\r\n", "\n"));
    request.header = request.header.replace("text/plain; ", "text/calendar; method=REQUEST; ");
    let body = Part::several("alternative", &[Part::text(&text), request]);
    Special { keywords: &[], ..Special::new(colleague.clone(), title, body) }
}

fn with_picture(from: Mailbox) -> Special {
    let page = "<html><body><p>Hei! Her er logoen til de nye bilene, hva synes du?</p>\
        <p><img src=\"cid:logo@fjord.example\" alt=\"Logo\" width=\"192\"></p><p>Silje</p></body></html>";
    let picture = company::picture("logo");
    let related =
        [Part::html(page), Part::file("image/png", "logo.png", Some("logo@fjord.example"), &picture)];
    let text = Part::text("Hei! Her er logoen til de nye bilene, hva synes du?\n\nSilje");
    let body = Part::several("alternative", &[text, Part::several("related", &related)]);
    Special { keywords: &[], ..Special::new(from, "Logo til bilene", body) }
}

fn with_file(from: Mailbox) -> Special {
    let text =
        Part::both("Hei,\n\nvedlagt er faktura 90112 for november.\n\nVennlig hilsen\nBergen Kraftsalg");
    let file =
        Part::file("application/pdf", "Faktura-90112.pdf", None, &pdf("Faktura 90112, Fjord Elektro AS"));
    Special::new(from, "Faktura 90112", Part::several("mixed", &[text, file]))
}

fn newsletter(from: Mailbox) -> Special {
    let page = "<html><head><style>td { font-family: Georgia, serif; padding: 12px }</style></head><body>\
        <table width=\"600\" align=\"center\" bgcolor=\"#f2eee6\"><tr><td><h1>Volt ukentlig</h1>\
        <h2>Ny utgave av NEK 400</h2><p>Dette må du vite om kravene til jordfeilvern.</p>\
        <h2>Solceller i skyggen</h2><p>Tre tak i Bergen, tre svar.</p>\
        <p style=\"font-size: 11px\">Du får dette fordi du abonnerer. \
        <a href=\"https://volt.example/avmeld\">Meld deg av</a></p></td></tr></table></body></html>";
    let fields = "List-Id: Volt ukentlig <ukentlig.volt.example>\r\n\
        List-Unsubscribe: <https://volt.example/avmeld>, <mailto:avmeld@volt.example>\r\n\
        List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nPrecedence: bulk\r\n";
    let special = Special::new(from, "Volt ukentlig: Ny utgave av NEK 400", Part::html(page));
    Special { fields: fields.to_owned(), ..special }
}

/// In the character set that mail in Japan had before it had UTF-8.
fn japanese() -> Special {
    let header =
        "Content-Type: text/plain; charset=ISO-2022-JP\r\nContent-Transfer-Encoding: 7bit\r\n".to_owned();
    let from =
        Mailbox { name: Some("田中健一".to_owned()), address: "tanaka@akari-shomei.example".to_owned() };
    Special::new(from, "照明器具の発送について", Part { header, bytes: JAPANESE.to_vec() })
}

/// A message with a message in it.
fn forwarded(from: Mailbox, owner: &Mailbox, now: Timestamp) -> Special {
    let customer =
        Mailbox { name: Some("Magnhild Ås".to_owned()), address: "magnhild.aas@post.example".to_owned() };
    let inner = Draft {
        from: &customer,
        to: std::slice::from_ref(&from),
        subject: "Ringeklokken",
        sent_at: now.saturating_sub(Span::new().hours(150)).unwrap_or(now),
        id: "ringeklokken@post.example",
        answers: &[],
        fields: "",
        body: Part::text("Hei,\n\nringeklokken ringer når det regner. Er det meningen?\n\nMagnhild Ås"),
    };
    let inner = Part {
        header: "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n".to_owned(),
        bytes: inner.write(),
    };
    let text = Part::text(&format!("Hei {}, tar du denne?\n\nLise", owner.display_name()));
    Special::new(from, "Vs: Ringeklokken", Part::several("mixed", &[text, inner]))
}

/// Signed by S/MIME: any change of it is seen.
fn signed(from: Mailbox) -> Special {
    let (header, text) = SIGNED.split_once("\r\n\r\n").unwrap_or_default();
    let signed = Part { header: format!("{header}\r\n"), bytes: text.as_bytes().to_vec() };
    let header = "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
        Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n"
        .to_owned();
    let signature = Part { header, bytes: SIGNATURE.trim_end().replace('\n', "\r\n").into_bytes() };
    let kind = "signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256";
    Special::new(from, "Godkjent: Sandviken skole, plan 3", Part::several(kind, &[signed, signature]))
}
