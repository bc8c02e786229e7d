//! Messages written as mail programs write them: header, parts, files. Knows nobody and nothing of the demo.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use crate::mime::address::Mailbox;
use crate::mime::html;
use crate::mime::transfer;
use crate::mime::words;

/// A message before it is written.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    /// Who wrote it.
    pub(super) from: &'a Mailbox,
    /// To whom.
    pub(super) to: &'a [Mailbox],
    /// What it is about.
    pub(super) subject: &'a str,
    /// When.
    pub(super) sent_at: Timestamp,
    /// What others refer to it by.
    pub(super) id: &'a str,
    /// What it answers to, the oldest first.
    pub(super) answers: &'a [String],
    /// Further fields, each with its line end.
    pub(super) fields: &'a str,
    /// What it says.
    pub(super) body: Part,
}

/// A part, or all there is of a message.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its fields, each with its line end.
    pub(super) header: String,
    /// As it goes over the wire.
    pub(super) bytes: Vec<u8>,
}

impl Draft<'_> {
    /// The message.
    pub(super) fn write(self) -> Vec<u8> {
        let to = self.to.iter().map(Mailbox::encode).collect::<Vec<_>>().join(",\r\n ");
        let date = rfc2822::to_string(&self.sent_at.to_zoned(TimeZone::UTC)).unwrap_or_default();
        let mut header = format!(
            "From: {}\r\nTo: {to}\r\nSubject: {}\r\nDate: {date}\r\nMessage-ID: <{}>\r\n",
            self.from.encode(),
            words::encode(self.subject),
            self.id,
        );
        if let Some(last) = self.answers.last() {
            header.push_str(&format!(
                "In-Reply-To: <{last}>\r\nReferences: <{}>\r\n",
                self.answers.join(">\r\n <")
            ));
        }
        header.push_str(self.fields);
        header.push_str("MIME-Version: 1.0\r\n");
        header.push_str(&self.body.header);
        header.push_str("\r\n");
        [header.into_bytes(), self.body.bytes].concat()
    }
}

impl Part {
    /// Plain text.
    pub(super) fn text(text: &str) -> Self {
        Self::words("plain", &text.replace('\n', "\r\n"))
    }

    /// HTML.
    pub(super) fn html(html: &str) -> Self {
        Self::words("html", html)
    }

    fn words(sub: &str, text: &str) -> Self {
        let (encoding, bytes) = transfer::encode_text(&format!("{text}\r\n"));
        let header =
            format!("Content-Type: text/{sub}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n");
        Self { header, bytes }
    }

    /// The same text as plain text and as HTML.
    pub(super) fn both(text: &str) -> Self {
        let paragraphs =
            text.split("\n\n").map(|paragraph| html::escape(paragraph).replace('\n', "<br>\r\n"));
        let paragraphs: String = paragraphs.map(|paragraph| format!("<p>{paragraph}</p>\r\n")).collect();
        let page = format!(
            "<html><head><meta charset=\"utf-8\"></head>\r\n<body style=\"font-family: Calibri, sans-serif\">\r\n{paragraphs}</body></html>"
        );
        Self::several("alternative", &[Self::text(text), Self::html(&page)])
    }

    /// A file; with an id it is shown within the text.
    pub(super) fn file(media_type: &str, name: &str, id: Option<&str>, bytes: &[u8]) -> Self {
        let place = match id {
            Some(id) => format!("Content-ID: <{id}>\r\nContent-Disposition: inline; filename=\"{name}\"\r\n"),
            None => format!("Content-Disposition: attachment; filename=\"{name}\"\r\n"),
        };
        let header = format!(
            "Content-Type: {media_type}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n{place}"
        );
        Self { header, bytes: transfer::to_base64(bytes).into_bytes() }
    }

    /// Parts together. What is within has another subtype, so that no boundary is another's.
    pub(super) fn several(sub: &str, parts: &[Self]) -> Self {
        let boundary = format!("=_{}_=", sub.split(';').next().unwrap_or_default());
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(format!("--{boundary}\r\n{}\r\n", part.header).as_bytes());
            bytes.extend_from_slice(&part.bytes);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let header = format!("Content-Type: multipart/{sub};\r\n boundary=\"{boundary}\"\r\n");
        Self { header, bytes }
    }
}

/// A PDF of one page that says this, in letters that Windows knows.
pub(super) fn pdf(text: &str) -> Vec<u8> {
    let latin = |c: char| u8::try_from(c).ok().filter(|byte| !b"()\\".contains(byte)).unwrap_or(b'?');
    let letters: Vec<u8> = text.chars().map(latin).collect();
    let content = [b"BT /F1 16 Tf 72 760 Td (", &letters[..], b") Tj ET"].concat();
    let length = content.len();
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_vec(),
        [format!("<</Length {length}>>stream\n").as_bytes(), &content, b"\nendstream"].concat(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec(),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = String::new();
    for (number, object) in (1..).zip(&objects) {
        places.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"endobj\n");
    }
    let (start, count) = (file.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend_from_slice(end.as_bytes());
    file
}
