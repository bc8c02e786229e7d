//! Messages as real programs write them, in shapes of our own making under `fixtures/mime`: what is shown of each.
//! `UPDATE=1 cargo test` rewrites.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use bytes::Bytes;
use mail_parser::MessageParser;
use mail_parser::PartType;

use crate::mime::address::Mailbox;
use crate::mime::compose::Answer;
use crate::mime::compose::Original;
use crate::mime::compose::Piece;
use crate::mime::compose::Rules;
use crate::mime::compose::compose;
use crate::mime::letter::Form;
use crate::mime::letter::Letter;
use crate::mime::letter::Want;
use crate::mime::parse;
use crate::mime::structure::Content;
use crate::mime::structure::Structure;

fn fixtures() -> Vec<(PathBuf, Bytes)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mime");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let messages = files.filter(|path| path.extension().is_some_and(|kind| kind == "eml"));
    messages.map(|path| (path.clone(), Bytes::from(fs::read(path).unwrap()))).collect()
}

#[track_caller]
fn check_file(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, found).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

/// All that a phone could be told of a message.
fn describe(letter: &Letter) -> String {
    let mut told = String::new();
    let headers = letter.headers();
    let list =
        |mailboxes: &[Mailbox]| mailboxes.iter().map(Mailbox::to_string).collect::<Vec<_>>().join(", ");
    writeln!(told, "subject: {}", headers.subject.as_deref().unwrap_or_default()).unwrap();
    writeln!(told, "topic: {}", headers.topic().unwrap_or_default()).unwrap();
    writeln!(told, "from: {}\nto: {}", list(&headers.from), list(&headers.to)).unwrap();
    writeln!(told, "date: {}", headers.date.map(|date| date.to_string()).unwrap_or_default()).unwrap();
    writeln!(told, "class: {} ({:?})", letter.kind().message_class(), headers.importance).unwrap();
    writeln!(told, "list: {}, automatic: {}", headers.is_from_list, headers.is_automatic).unwrap();
    writeln!(told, "native: {:?}\nparts:", letter.native()).unwrap();
    tree(letter.structure(), "", &mut told);
    for file in letter.attachments() {
        let id = file.content_id.unwrap_or_default();
        let inline = if file.is_inline { " inline" } else { "" };
        writeln!(told, "file {}: {} {:?} ~{}{inline} {id}", file.section, file.name, file.method, file.size)
            .unwrap();
    }
    writeln!(told, "preview: {}", letter.preview(80)).unwrap();
    for form in [Form::Text, Form::Html] {
        writeln!(told, "--- {form:?}\n{}", letter.body(&Want { form, most: None }).data).unwrap();
    }
    told.replace("\r\n", "\n")
}

fn tree(structure: &Structure, indent: &str, told: &mut String) {
    writeln!(told, "{indent}  {} {:?} {}", structure.media_type(), structure.encoding, structure.size)
        .unwrap();
    let deeper = format!("{indent}  ");
    structure.parts().iter().for_each(|part| tree(part, &deeper, told));
    if let Content::Message(embedded) = &structure.content {
        writeln!(told, "{deeper}  subject: {}", embedded.headers.subject.as_deref().unwrap_or_default())
            .unwrap();
        tree(&embedded.structure, &deeper, told);
    }
}

#[test]
fn what_real_programs_write_is_shown() {
    let all = fixtures();
    assert!(all.len() > 20);
    for (path, raw) in all {
        check_file(&path.with_extension("txt"), &describe(&Letter::read(raw)));
    }
}

#[test]
fn what_was_fetched_in_sections_is_shown_as_the_whole() {
    for (path, raw) in fixtures() {
        let parsed = parse::parse(&raw);
        let whole = Letter::read(raw.clone());
        for form in [Form::Text, Form::Html] {
            for most in [None, Some(10), Some(100)] {
                let mut letter = Letter::new(parsed.header(), parsed.structure().clone());
                let want = Want { form, most };
                for wanted in letter.wants(&want) {
                    let bytes = parsed.section(&wanted.section).unwrap();
                    let most = wanted.most.map_or(bytes.len(), |most| usize::try_from(most).unwrap());
                    let fetched = bytes.get(..most).unwrap_or(bytes);
                    letter.supply(
                        wanted.section,
                        Bytes::copy_from_slice(fetched),
                        fetched.len() == bytes.len(),
                    );
                }
                assert_eq!(letter.wants(&want), [], "{}", path.display());
                assert_eq!(letter.body(&want), whole.body(&want), "{} {want:?}", path.display());
                assert_eq!(letter.kind(), whole.kind());
            }
        }
    }
}

#[test]
fn parts_are_those_that_another_parser_sees() {
    for (path, raw) in fixtures().into_iter().filter(|(path, _)| !path.ends_with("broken.eml")) {
        let parsed = parse::parse(&raw);
        let other = MessageParser::default().parse(&raw[..]).unwrap();
        let mut theirs: Vec<&[u8]> = Vec::new();
        for part in &other.parts {
            match &part.body {
                PartType::Multipart(_) => {}
                _ => {
                    let place = part.offset_body as usize..part.offset_end as usize;
                    theirs.push(other.raw_message.get(place).unwrap());
                }
            }
        }
        let leaves = parsed.structure().leaves();
        let ours: Vec<&[u8]> = leaves.iter().map(|(section, _)| parsed.section(section).unwrap()).collect();
        assert_eq!(ours.len(), theirs.len(), "{}", path.display());
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            assert_eq!(ours.trim_ascii(), theirs.trim_ascii(), "{}", path.display());
        }
    }
}

#[test]
fn what_real_programs_write_can_be_forwarded_and_answered() {
    let sender = Mailbox::bare("kari@example.com");
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    let rules = Rules { sender: &sender, owned: &[], now, id: "1", host: "example.com" };
    let mime = Bytes::from_static(b"To: a@example.com\r\nSubject: Fwd\r\n\r\nSee.\r\n");
    for (path, raw) in fixtures() {
        let letter = Letter::read(raw.clone());
        let parsed = parse::parse(&raw);
        for answer in [Answer::Reply, Answer::Forward] {
            let original = Original { letter: &letter, answer, is_replaced: false };
            let outgoing = compose(&mime, Some(original), &rules);
            let bytes = outgoing.wire().flat_map(|piece| match piece {
                Piece::Own(bytes) => bytes.to_vec(),
                Piece::Original(section) => parsed.section(&section).unwrap().to_vec(),
            });
            let sent = Letter::read(Bytes::from_iter(bytes));
            let shown = sent.body(&Want { form: Form::Text, most: None }).data;
            assert!(shown.starts_with("See."), "{}: {shown}", path.display());
            let expected = if answer == Answer::Reply || letter.kind().is_sealed_or_signed() {
                sent.attachments().len()
            } else {
                let hidden = letter.scheduling().is_some()
                    && !letter.attachments().iter().any(|file| file.name == "invite.ics");
                letter.attachments().len() + usize::from(hidden)
            };
            assert_eq!(sent.attachments().len(), expected, "{}", path.display());
        }
    }
}
