//! Speed and memory of reading a message, showing its text and making an answer to it; and of hostile ones.
//!
//! Run by `cargo bench -p lomme --bench mime`.

use std::iter::repeat_n;

use bytes::Bytes;
use divan::AllocProfiler;
use divan::Bencher;
use divan::counter::BytesCount;
use lomme::mime::address::Mailbox;
use lomme::mime::compose::Answer;
use lomme::mime::compose::Original;
use lomme::mime::compose::Rules;
use lomme::mime::compose::compose;
use lomme::mime::letter::Form;
use lomme::mime::letter::Letter;
use lomme::mime::letter::Want;
use lomme::mime::parse::parse;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// How many bytes the messages have.
const SIZES: [usize; 2] = [1_000_000, 25_000_000];
/// What somebody might send to stop a server.
const HOSTILE: [&str; 9] =
    ["divs", "tags", "entities", "parts", "nested", "messages", "words", "names", "headers"];

fn main() {
    divan::main();
}

/// The tree of parts.
#[divan::bench(args = SIZES)]
fn structure(bencher: Bencher<'_, '_>, size: usize) {
    let message = message(size);
    bencher.counter(BytesCount::new(message.len())).bench(|| parse(&message));
}

/// Everything a phone is told in a Sync of HTML, cut at 100 kB.
#[divan::bench(args = SIZES)]
fn body(bencher: Bencher<'_, '_>, size: usize) {
    let message = message(size);
    bencher.counter(BytesCount::new(message.len())).bench(|| show(message.clone(), Form::Html));
}

/// The same in plain text, made of HTML.
#[divan::bench(args = SIZES)]
fn text(bencher: Bencher<'_, '_>, size: usize) {
    let message = message(size);
    bencher.counter(BytesCount::new(message.len())).bench(|| show(message.clone(), Form::Text));
}

/// A message of a phone's, with a quotation.
#[divan::bench(args = SIZES)]
fn answer(bencher: Bencher<'_, '_>, size: usize) {
    let message = message(size);
    let original = Letter::read(Bytes::from_static(b"Subject: a\r\nMessage-ID: <1@a>\r\n\r\nHello.\r\n"));
    let sender = Mailbox::bare("a@example.com");
    let Ok(now) = "2026-11-22T12:00:00Z".parse() else { return };
    let rules = Rules { sender: &sender, owned: &[], now, id: "1", host: "example.com" };
    bencher.counter(BytesCount::new(message.len())).bench(|| {
        let original = Original { letter: &original, answer: Answer::Reply, is_replaced: false };
        compose(&message, Some(original), &rules)
    });
}

/// A message of 4 MB that is made to cost more than others.
#[divan::bench(args = HOSTILE, sample_count = 5)]
fn hostile(bencher: Bencher<'_, '_>, kind: &str) {
    let message = Bytes::from(made_to_cost(kind));
    bencher.counter(BytesCount::new(message.len())).bench(|| {
        let letter = show(message.clone(), Form::Text);
        (show(message.clone(), Form::Html), letter.headers().topic())
    });
}

fn show(message: Bytes, form: Form) -> Letter {
    let letter = Letter::read(message);
    let shown = letter.body(&Want { form, most: Some(100_000) });
    divan::black_box((shown, letter.attachments(), letter.kind(), letter.preview(255)));
    letter
}

/// A message as people send them: a text in two forms, and a large file.
fn message(size: usize) -> Bytes {
    let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n";
    let words = "<p>It was a dark &amp; stormy night; the rain fell in torrents.</p>\r\n".repeat(500);
    let mut message = format!(
        "From: Kari <kari@example.com>\r\nTo: ola@example.com\r\nSubject: =?utf-8?B?w4U=?=\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
         --a\r\n\r\n\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{words}\r\n--a--\r\n--m\r\n\
         Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    );
    message.extend(repeat_n(line, size / line.len()));
    message.push_str("--m--\r\n");
    Bytes::from(message)
}

fn made_to_cost(kind: &str) -> String {
    const SIZE: usize = 4_000_000;
    let fill = |head: &str, piece: &str| head.to_owned() + &piece.repeat(SIZE / piece.len());
    let html = "Content-Type: text/html\r\n\r\n";
    match kind {
        "divs" => fill(html, "<div>"),
        "tags" => fill(html, "<a"),
        "entities" => fill(html, "&"),
        "parts" => fill("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\n\r\n"),
        "nested" => (0..SIZE / 60).fold(String::new(), |message, depth| {
            message + &format!("Content-Type: multipart/mixed; boundary={depth}\r\n\r\n--{depth}\r\n")
        }),
        "messages" => fill("", "Content-Type: message/rfc822\r\n\r\n"),
        "words" => fill("Subject: ", "=?41?q?a"),
        "names" => fill("Content-Type: text/plain", ";\r\n name*1*=a"),
        _ => fill("Subject: a\r\n", "To: \"(a <=?a?q?\r\n"),
    }
}
