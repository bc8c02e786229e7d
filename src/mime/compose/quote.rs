//! The original as it is quoted below an answer, as text and as HTML. Looks at no part of the answer.

use crate::mime::address::Mailbox;
use crate::mime::compose::Answer;
use crate::mime::compose::Original;
use crate::mime::compose::header;
use crate::mime::headers::Headers;
use crate::mime::html;
use crate::mime::letter::Form;
use crate::mime::letter::Want;

/// The style of a quotation, as every mail program draws it.
const QUOTED: &str = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex";

/// What is written below a text.
pub(super) fn text(original: &Original<'_>) -> String {
    let mut quoted = String::from("\r\n\r\n-----Original Message-----\r\n");
    for (name, value) in heading(original.letter.headers()) {
        quoted.push_str(&format!("{name}: {value}\r\n"));
    }
    quoted.push_str("\r\n");
    let body = original.letter.body(&Want { form: Form::Text, most: None });
    for line in body.data.lines() {
        if original.answer == Answer::Reply {
            // RFC 3676 4.5: a space sets it apart, except from deeper marks.
            quoted.push_str(if line.starts_with('>') { ">" } else { "> " });
        }
        quoted.push_str(line.trim_end());
        quoted.push_str("\r\n");
    }
    quoted
}

/// What is written below HTML, within its body.
pub(super) fn html(original: &Original<'_>) -> String {
    let body = original.letter.body(&Want { form: Form::Html, most: None });
    let mut quoted = String::from("\r\n<br>\r\n");
    let shown = html::body(&body.data);
    quoted.push_str(&html::styles(body.data.get(..shown.start).unwrap_or_default()));
    quoted.push_str("<div style=\"border-top:1px solid #ccc;padding-top:3pt\">\r\n");
    for (name, value) in heading(original.letter.headers()) {
        quoted.push_str(&format!("<b>{name}:</b> {}<br>\r\n", html::escape(&value)));
    }
    quoted.push_str("</div>\r\n<br>\r\n");
    let words = body.data.get(shown).unwrap_or_default();
    match original.answer {
        Answer::Reply => {
            quoted.push_str(&format!(
                "<blockquote type=\"cite\" style=\"{QUOTED}\">\r\n{words}\r\n</blockquote>\r\n"
            ));
        }
        Answer::Forward => {
            quoted.push_str(words);
            quoted.push_str("\r\n");
        }
    }
    quoted
}

/// Who wrote what to whom, and when.
fn heading(headers: &Headers) -> Vec<(&'static str, String)> {
    let list = |mailboxes: &[Mailbox]| {
        let shown = mailboxes.iter().map(|mailbox| match &mailbox.name {
            Some(name) if !mailbox.address.is_empty() => format!("{name} <{}>", mailbox.address),
            _ => mailbox.display_name().to_owned(),
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    let all = [
        ("From", list(&headers.from)),
        ("Date", headers.date.map(header::date).unwrap_or_default()),
        ("To", list(&headers.to)),
        ("Cc", list(&headers.cc)),
        ("Subject", headers.subject.clone().unwrap_or_default()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
