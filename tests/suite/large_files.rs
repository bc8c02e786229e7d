//! Files that are larger than what one request may take of memory, fetched in every way that phones have.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use wbxml::Document;
use wbxml::Limits;
use wbxml::itemoperations as tag;

use crate::back_office::until;
use crate::exim::Exim;
use crate::mail_server::Dovecot;
use crate::phone::wire::Answer;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::sendmail::Installed;

/// Nothing in it comes twice, so that a piece in the wrong place shows.
fn file(megabytes: u32) -> Vec<u8> {
    (0..megabytes * 256 * 1024).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

/// Puts a message with a file into the inbox; what phones call the file.
fn received(dovecot: &Dovecot, bytes: &[u8]) -> String {
    let lines: Vec<String> = bytes.chunks(57).map(|line| BASE64_STANDARD.encode(line)).collect();
    let text = format!(
        "From: ola@fjord.example\nTo: kari@fjord.example\nSubject: Stor\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/plain\n\nSe vedlegg.\n--m\n\
         Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=a.pdf\n\
         Content-Transfer-Encoding: base64\n\n{}\n--m--\n",
        lines.join("\n")
    );
    let mut program = dovecot.program();
    program.append("INBOX", "", &text);
    let selected = program.say("SELECT INBOX");
    let after = |mark: &str| {
        let rest = selected.split_once(mark).unwrap().1;
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u32>().unwrap()
    };
    let id = format!("{}.{}", after("UIDVALIDITY "), after("UIDNEXT ") - 1);
    format!("5:~{}:2", BASE64_URL_SAFE_NO_PAD.encode(id))
}

async fn by_name(wire: &Wire, reference: &str) -> Answer {
    Answer::to(wire.command_with("GetAttachment", &format!("&AttachmentName={reference}"), "")).await
}

async fn fetched(wire: &Wire, reference: &str, options: &str, in_parts: bool) -> Answer {
    let inner = format!(
        "<Fetch><Store>Mailbox</Store><airsyncbase:FileReference>{reference}</airsyncbase:FileReference>{options}</Fetch>"
    );
    let mut request = wire.command("ItemOperations").body(document("ItemOperations:ItemOperations", &inner));
    if in_parts {
        request = request.header("MS-ASAcceptMultiPart", "T");
    }
    let answer = Answer::to(request).await;
    assert_eq!(answer.status, 200);
    answer
}

/// The data in a document.
fn inline(answer: &Answer) -> Vec<u8> {
    let limits = Limits { size: usize::MAX, ..Limits::default() };
    let document = Document::decode(answer.body.clone(), &limits).unwrap();
    let fetch = document.root().child(tag::RESPONSE).unwrap().child(tag::FETCH).unwrap();
    let data = fetch.child(tag::PROPERTIES).unwrap().child(tag::DATA).unwrap();
    BASE64_STANDARD.decode(data.text()).unwrap()
}

/// What stands behind the document.
fn behind(answer: &Answer) -> &[u8] {
    let number =
        |at: usize| usize::try_from(u32::from_le_bytes(answer.body[at..at + 4].try_into().unwrap())).unwrap();
    assert_eq!((number(0), number(12) + number(16)), (2, answer.body.len()));
    &answer.body[number(12)..]
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_large_file_comes_as_it_is_and_is_never_in_memory_as_a_whole() {
    let exim = Exim::start();
    let installed = Installed::start(exim.port).await;
    let (small, large) = (file(1), file(25));
    let first = received(&installed.dovecot, &small);
    let (old, new) = (installed.phone("12.1"), installed.phone("16.1"));
    until("the mailbox answers", async || by_name(&old, &first).await.status == 200).await;
    for round in 0..2 {
        // What any file costs, and what the first answers of a program do.
        assert!(by_name(&old, &first).await.body == small, "{round}");
        assert!(inline(&fetched(&new, &first, "", false).await) == small, "{round}");
        assert!(behind(&fetched(&new, &first, "", true).await) == small, "{round}");
    }
    let reference = received(&installed.dovecot, &large);
    let before = installed.program.most_memory();
    let answer = by_name(&old, &reference).await;
    assert_eq!(answer.headers["content-type"], "application/pdf");
    assert_eq!(answer.headers["content-length"], large.len().to_string().as_str());
    assert!(answer.body == large);
    assert!(inline(&fetched(&new, &reference, "", false).await) == large);
    assert!(behind(&fetched(&new, &reference, "", true).await) == large);
    let grown = installed.program.most_memory().saturating_sub(before);
    assert!(grown < 8 * 1024, "{grown} kB more than {before} kB");

    let range = "<Options><Range>1000001-9000000</Range></Options>";
    let part = &large[1_000_001..=9_000_000];
    let answer = fetched(&new, &reference, range, false).await;
    assert!(inline(&answer) == part);
    let shown = String::from_utf8_lossy(&answer.body[..400]).into_owned();
    assert!(shown.contains("1000001-9000000") && shown.contains(&large.len().to_string()), "{shown}");
    assert!(behind(&fetched(&new, &reference, range, true).await) == part);
    assert_eq!(by_name(&old, &reference.replace(":2", ":9")).await.status, 404);
}
