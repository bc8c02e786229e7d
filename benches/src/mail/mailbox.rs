//! What a mailbox of 100,000 messages costs a phone: its first window of a week, folders in which nothing is new, and how
//! soon it is woken by what arrives.

use std::fmt::Write as _;
use std::fs;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

use benches::median;
use benches::number;
use benches::phone::Phone;
use benches::phone::Synced;
use benches::server::Server;
use jiff::SignedDuration;
use jiff::Timestamp;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;

use crate::exim::Exim;
use crate::home;
use crate::mail_server::Dovecot;
use crate::mail_server::KARI;
use crate::mail_server::PASSWORD;
use crate::mail_server::SPECIAL;
use crate::mail_server::Traits;

/// The folder that every account has.
const INBOX: usize = 5;
/// As much as is watched by lines of its own, and more.
const FOLDERS: usize = 10;
/// Messages of the last week.
const RECENT: usize = 500;
const WINDOW: usize = 50;

/// Measures all of it with 100,000 messages (`MESSAGES`).
pub(crate) async fn measure() {
    let messages = number("MESSAGES", 100_000);
    let raw = tempfile::tempdir().unwrap();
    fs::set_permissions(raw.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let config = format!("protocol imap {{\n rawlog_dir = {}\n}}\n", raw.path().display());
    let dovecot = Dovecot::with(Traits { namespace: SPECIAL, config: &config, ..Traits::default() });
    let exim = Exim::start();
    fill(&dovecot, messages);
    let home = home(&dovecot, &exim);
    let server = home.serve();
    let mut phone = Phone::of(server.plain, KARI, "BENCH").await;
    let folders = all_folders(&mut phone).await;
    first_week(&server, &mut phone, messages).await;
    nothing_new(&server, &mut phone, &folders, raw.path()).await;
    woken(&dovecot, &server, &mut phone).await;
    drop(phone);
    server.stop();
}

/// A mailbox with some of the last week and the rest of years before, and folders with a message each.
fn fill(dovecot: &Dovecot, messages: usize) {
    const AT_ONCE: usize = 500;
    let mut program = dovecot.program();
    let ages: Vec<usize> = (0..messages).rev().collect();
    for batch in ages.chunks(AT_ONCE) {
        let mut command = "APPEND INBOX".to_owned();
        for age in batch {
            let text = letter(*age);
            write!(command, " (\\Seen) \"{}\" {{{}+}}\r\n{text}", date(*age), text.len()).unwrap();
        }
        program.say(&command);
    }
    for folder in 1..FOLDERS {
        program.say(&format!("CREATE Folder{folder}"));
        program.append(&format!("Folder{folder}"), "", &letter(folder).replace("\r\n", "\n"));
    }
}

fn letter(number: usize) -> String {
    format!(
        "From: Ola <ola@fjord.example>\r\nTo: {KARI}\r\nSubject: Tilbud nr. {number}\r\nMessage-ID: <{number}@fjord.example>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
        "Vi viser til hyggelig samtale og sender som avtalt.\r\n".repeat(20)
    )
}

/// When it came: those of the last week by the minute, the others by the quarter of an hour before that.
#[expect(clippy::disallowed_methods, reason = "a measurement has no clock of its own")]
fn date(age: usize) -> String {
    let number = |count: usize| i64::try_from(count).unwrap();
    let back = if age < RECENT {
        SignedDuration::from_mins(number(age))
    } else {
        SignedDuration::from_hours(24 * 9) + SignedDuration::from_mins(15 * number(age - RECENT))
    };
    (Timestamp::now() - back).strftime("%d-%b-%Y %H:%M:%S +0000").to_string()
}

/// The inbox and the nine others, as the phone knows them once the list of mailboxes is fetched.
async fn all_folders(phone: &mut Phone) -> Vec<usize> {
    let start = Instant::now();
    loop {
        let found = phone.folders().await;
        let folders: Vec<usize> =
            found.iter().filter(|(_, name)| name.starts_with("Folder")).map(|(id, _)| *id).collect();
        if folders.len() == FOLDERS - 1 {
            return [INBOX].into_iter().chain(folders).collect();
        }
        assert!(start.elapsed() < Duration::from_mins(1), "{found:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A new phone asks for a week of the inbox.
async fn first_week(server: &Server, phone: &mut Phone, messages: usize) {
    let idle = server.memory("VmRSS");
    let (start, cpu) = (Instant::now(), server.cpu());
    let mut key = phone.sync(&sync(&[("0".to_owned(), INBOX)])).await.unwrap().key;
    let mut first = None;
    let mut items = 0;
    while items < RECENT {
        assert!(start.elapsed() < Duration::from_mins(2), "only {items} came");
        let Some(synced) = phone.sync(&sync(&[(key.clone(), INBOX)])).await else { continue };
        (key, items) = (synced.key.clone(), items + synced.items);
        if items > 0 {
            first.get_or_insert_with(|| (start.elapsed(), items));
        }
    }
    let (after, many) = first.unwrap();
    println!(
        "first week of {messages} messages: the first {many} after {} ms, all {RECENT} after {} ms, {} ms of server CPU, \
         {} MB more than before at most",
        after.as_millis(),
        start.elapsed().as_millis(),
        (server.cpu() - cpu).as_millis(),
        server.memory("VmHWM").saturating_sub(idle) / 1000,
    );
}

/// The phone syncs ten folders again and again, and nothing is new.
async fn nothing_new(server: &Server, phone: &mut Phone, folders: &[usize], raw: &Path) {
    let requests = u32::try_from(number("REQUESTS", 1_000)).unwrap();
    let mut keys: Vec<(String, usize)> = Vec::new();
    for folder in folders {
        let mut key = phone.sync(&sync(&[("0".to_owned(), *folder)])).await.unwrap().key;
        let start = Instant::now();
        let mut items = 0;
        while items == 0 || start.elapsed() < Duration::from_secs(1) {
            assert!(start.elapsed() < Duration::from_mins(1), "nothing comes of {folder}");
            let Some(synced) = phone.sync(&sync(&[(key.clone(), *folder)])).await else { continue };
            (key, items) = (synced.key, items + synced.items);
        }
        keys.push((key, *folder));
    }
    // As phones do it: it has waited, so the folders are watched.
    phone.wait(folders, "Email", 60).await;
    let body = sync(&keys);
    for _ in 0..2 {
        assert!(phone.sync(&body).await.is_none());
    }
    let (start, cpu, said) = (Instant::now(), server.cpu(), commands(raw));
    for _ in 0..requests {
        assert!(phone.sync(&body).await.is_none());
    }
    println!(
        "nothing new in {FOLDERS} mail folders: {} µs of server CPU each, {} µs till the answer, {} IMAP commands in \
         {requests} requests",
        ((server.cpu() - cpu) / requests).as_micros(),
        (start.elapsed() / requests).as_micros(),
        commands(raw) - said,
    );
}

/// What was said to the mail server, by its own account.
fn commands(raw: &Path) -> usize {
    let files = fs::read_dir(raw).unwrap().map(|file| file.unwrap().path());
    let said = files.filter(|path| path.extension().is_some_and(|extension| extension == "in"));
    said.map(|path| fs::read_to_string(path).unwrap().lines().count()).sum()
}

/// Messages arrive while the phone waits, and another program that the mail server tells of them.
async fn woken(dovecot: &Dovecot, server: &Server, phone: &mut Phone) {
    let rounds = number("ROUNDS", 21);
    let (sender, told) = mpsc::channel();
    idle(dovecot.port, sender);
    let mut program = dovecot.program();
    let mut key = newest(phone).await;
    let (mut phones, mut others) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let waiting = {
            let mut waiting = Phone::of(server.plain, KARI, "BENCH").await;
            tokio::spawn(async move { (waiting.wait(&[INBOX], "Email", 120).await, Instant::now()) })
        };
        server.wait_for("lomme_waiting", 1);
        // The line to the mail server may still be on its way there.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let start = Instant::now();
        program.append("INBOX", "", &letter(round).replace("\r\n", "\n"));
        let (is_news, at) = waiting.await.unwrap();
        assert!(is_news, "it waited in vain");
        let since = |at: Instant| at.duration_since(start).as_secs_f64() * 1000.0;
        phones.push(since(at));
        others.push(since(told.recv_timeout(Duration::from_secs(30)).unwrap()));
        while let Some(synced) = phone.sync(&sync(&[(key.clone(), INBOX)])).await {
            key = synced.key;
        }
    }
    println!(
        "a message wakes the phone {:.0} ms after it was sent to the mail server, which tells another program after {:.0} ms \
         (medians of {rounds})",
        median(phones),
        median(others),
    );
}

/// The key of a phone that has the whole week.
async fn newest(phone: &mut Phone) -> String {
    let mut key = phone.sync(&sync(&[("0".to_owned(), INBOX)])).await.unwrap().key;
    while let Some(Synced { key: next, .. }) = phone.sync(&sync(&[(key.clone(), INBOX)])).await {
        key = next;
    }
    key
}

/// Another program waits on the inbox, and says when it is told of something.
fn idle(port: u16, told: mpsc::Sender<Instant>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let password = PASSWORD.replace('"', "\\\"");
    let said = format!("1 LOGIN {KARI} \"{password}\"\r\n2 SELECT INBOX\r\n3 IDLE\r\n");
    stream.write_all(said.as_bytes()).unwrap();
    std::thread::spawn(move || {
        let mut is_idle = false;
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            is_idle |= line.starts_with('+');
            if is_idle && line.contains(" EXISTS") && told.send(Instant::now()).is_err() {
                return;
            }
        }
    });
}

/// A Sync of mail folders, as phones ask it.
fn sync(collections: &[(String, usize)]) -> Vec<u8> {
    const A_WEEK: usize = 3;
    let mut writer = Writer::new();
    writer.open(airsync::SYNC);
    writer.container(airsync::COLLECTIONS, |writer| {
        for (key, folder) in collections {
            writer.container(airsync::COLLECTION, |writer| {
                writer.text(airsync::SYNC_KEY, key);
                writer.number(airsync::COLLECTION_ID, *folder);
                if key != "0" {
                    writer.number(airsync::GET_CHANGES, 1);
                    writer.number(airsync::WINDOW_SIZE, WINDOW);
                }
                writer.container(airsync::OPTIONS, |writer| {
                    writer.number(airsync::FILTER_TYPE, A_WEEK);
                    writer.container(airsyncbase::BODY_PREFERENCE, |writer| {
                        writer.number(airsyncbase::TYPE, 1);
                        writer.number(airsyncbase::TRUNCATION_SIZE, 500);
                    });
                });
            });
        }
    });
    writer.finish()
}
