//! What an administrator types, and what the program says.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use lomme::model::class::Class;
use lomme::model::content::Content;
use lomme::model::id::AccountId;
use lomme::model::id::FolderId;
use lomme::store;
use lomme::store::access;
use lomme::store::item;
use serde_json::json;

use crate::office::Office;
use crate::phone::Phone;
use crate::phone::wire::Wire;
use crate::server::Server;

/// Runs the program in a folder with `lomme.toml` in it.
pub(crate) fn lomme(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lomme"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn folder(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lomme.toml"), config).unwrap();
    folder
}

const CONFIG: &str = "[server]\nlisten = \"127.0.0.1:0\"\n";

#[test]
fn accounts_are_added_listed_changed_and_removed() {
    let folder = folder(CONFIG);
    let run = |arguments: &[&str], input| {
        lomme(folder.path(), &[arguments, &["--config", "lomme.toml"]].concat(), input)
    };
    let (code, output, _) = run(&["account", "add", "Kari@Fjord.example", "--name", "Kari Nordmann"], "");
    assert_eq!(code, 0);
    assert!(output.starts_with("added kari@fjord.example with the password "), "{output}");
    let ola = ["account", "add", "ola@fjord.example", "--admin", "--password-stdin"];
    assert_eq!(run(&ola, "s3cret\n"), (0, "added ola@fjord.example\n".to_owned(), String::new()));
    let taken = "lomme: there is an account ola@fjord.example already\n";
    assert_eq!(run(&ola, "s3cret\n"), (1, String::new(), taken.to_owned()));

    std::fs::write(
        folder.path().join("more.csv"),
        "per@fjord.example,\"Dahl, Per\",pw\nola@fjord.example,Ola,pw\n",
    )
    .unwrap();
    let (code, output, _) = run(&["account", "import", "more.csv"], "");
    assert_eq!(code, 0);
    assert!(output.ends_with("added 1, left 1 as they were\n"), "{output}");
    assert_eq!(run(&["account", "password", "per@fjord.example", "--password-stdin"], "other").0, 0);
    assert_eq!(run(&["account", "disable", "per@fjord.example"], "").0, 0);
    assert_eq!(run(&["account", "remove", "kari@fjord.example"], "").0, 0);
    let listed = run(&["account", "list"], "").1;
    let lines: Vec<&str> = listed.lines().map(|line| line.rsplit_once('\t').unwrap().0).collect();
    let expected =
        ["ola@fjord.example\tola\tadministrator\tenabled", "per@fjord.example\tDahl, Per\tuser\tdisabled"];
    assert_eq!(lines, expected, "and the number that the log calls each");
    let missing = "lomme: there is no account kari@fjord.example\n";
    assert_eq!(run(&["account", "remove", "kari@fjord.example"], "").2, missing);
    assert_eq!(run(&["device", "list"], "").0, 0);
}

/// The chain of who did what is checked, and says where it was broken.
#[test]
fn groups_rules_policies_and_tokens_are_set_and_all_of_it_is_noted() {
    let folder = folder(CONFIG);
    let run =
        |arguments: &[&str]| lomme(folder.path(), &[arguments, &["--config", "lomme.toml"]].concat(), "");
    let said = |arguments: &[&str]| {
        let (code, output, error) = run(arguments);
        assert_eq!((code, &*error), (0, ""), "{arguments:?}");
        output
    };
    said(&["account", "add", "kari@fjord.example"]);
    said(&["group", "add", "Bergen"]);
    said(&["group", "join", "Bergen", "kari@fjord.example", "--admin"]);
    assert!(said(&["account", "list"]).contains("\tgroup-administrator\t"));
    said(&["access", "add", "block", "version", "2.5"]);
    let rules = said(&["access", "new", "quarantine", "--devices", "3"]);
    assert_eq!(rules, "1\tblock\tversion\t2.5\nnew devices\tquarantine\tdevices of a person: 3\n");
    let policy = "required = true\n[settings]\nallow_camera = false\n";
    std::fs::write(folder.path().join("policy.toml"), policy).unwrap();
    said(&["policy", "set", "policy.toml", "--group", "Bergen"]);
    assert!(said(&["policy", "show", "--group", "Bergen"]).contains("allow_camera = false"));
    let preview = said(&["policy", "preview", "--group", "Bergen"]);
    assert!(preview.contains("  AllowCamera\t0") && preview.contains("not told, though set: AllowCamera"));
    assert!(said(&["token", "add", "monitoring", "--group", "Bergen"]).starts_with("lomme_"));
    said(&["account", "export", "kari@fjord.example"]);
    assert_eq!(said(&["audit", "check"]), "whole: 7 links\n");
    let first = said(&["audit", "list"]);
    assert!(first.starts_with("1\t") && first.contains("\tcommand line\taccount.add\taccount:"), "{first}");
    assert_eq!(run(&["group", "remove", "Oslo"]).2, "lomme: there is no group Oslo\n");
}

#[test]
fn wrong_usage_is_2_and_a_wrong_configuration_1_with_one_line() {
    let folder = folder("[server]\nlisten = \"127.0.0.1:0\"\n\n[stroe]\n");
    assert_eq!(lomme(folder.path(), &["serve"], "").0, 2);
    assert_eq!(lomme(folder.path(), &["dance"], "").0, 2);
    let (code, _, error) = lomme(folder.path(), &["serve", "--config", "lomme.toml"], "");
    assert_eq!(code, 1);
    assert_eq!(error, "lomme: lomme.toml, line 4: `stroe` is not known here; did you mean `store`?\n");
}

#[test]
fn a_store_that_cannot_be_used_says_why_in_one_line() {
    let folder = folder(CONFIG);
    std::fs::write(folder.path().join("lomme.db"), "this is no database, it is a text of some length")
        .unwrap();
    let (code, _, error) = lomme(folder.path(), &["serve", "--config", "lomme.toml"], "");
    assert_eq!(code, 1);
    assert!(error.ends_with("lomme.db: the file is no SQLite database\n"), "{error}");
    assert_eq!(error.lines().count(), 1);
}

#[test]
fn check_says_what_is_right_and_what_is_wrong() {
    let folder = folder(
        "[server]\nlisten_tls = \"127.0.0.1:0\"\n[[connection]]\nname = \"office\"\nkind = \"http_api\"\n\
         classes = [\"tasks\"]\nurl = \"http://127.0.0.1:1\"\ntoken = \"x\"\n",
    );
    let run =
        |arguments: &[&str]| lomme(folder.path(), &[arguments, &["--config", "lomme.toml"]].concat(), "");
    let (code, output, _) = run(&["check"]);
    assert_eq!(code, 0, "{output}");
    assert!(output.contains("connection office: not tried"), "{output}");
    run(&["account", "add", "kari@fjord.example"]);
    let (code, output, error) = run(&["check"]);
    assert_eq!((code, error.as_str()), (1, "lomme: one connection failed\n"), "{output}");
    assert!(output.contains("connection office: FAILED: "), "{output}");
}

/// What the program says of accounts with log-ins of their own: `connected` has one that works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_in_that_is_refused_is_named_wherever_somebody_looks() {
    let office = Office::start().await;
    let connection = json!({"name": "office", "kind": "http_api", "url": office.running.url(), "log_in": "user",
        "classes": ["tasks"]});
    let server =
        Server::with(|config| config.connections = vec![serde_json::from_value(connection).unwrap()]).await;
    let config = server.app.config();
    let folder = folder(&format!(
        "{CONFIG}[store]\nurl = \"{}\"\ndata = \"{}\"\n[[connection]]\nname = \"office\"\nkind = \"http_api\"\n\
         url = \"{}\"\nlog_in = \"user\"\nclasses = [\"tasks\"]\n",
        config.store.url,
        config.store.data.display(),
        office.running.url()
    ));
    let run = |arguments: &[&str], input: &str| {
        let arguments = [arguments, &["--config", "lomme.toml"]].concat();
        tokio::task::block_in_place(|| lomme(folder.path(), &arguments, input))
    };
    let (_, output, error) = run(&["check"], "");
    assert!(output.contains("connection office: not tried: no account has a log-in yet"), "{output}{error}");
    let connect = ["account", "connect", "kari@fjord.example", "office", "--user", "kari@fjord.example"];
    assert_eq!(run(&connect, "wrong").0, 1);
    assert_eq!(run(&connect, "kari-secret").0, 0);
    let (code, output, _) = run(&["check"], "");
    assert!(output.contains("connection office: answers, for all accounts that use it (1)"), "{output}");
    assert_eq!(code, 0);
    assert_eq!(run(&["pull", "kari@fjord.example"], "").0, 0);

    // Somebody changes the password over there.
    let app = &server.app;
    let sealed = app.vault().seal(AccountId(1), "office", app.random(), "changed").unwrap();
    let log_in =
        access::LogIn { user_name: Some("kari@fjord.example"), secret: Some(&sealed), identity: None };
    store::retrying(async || {
        let mut tx = app.store().begin().await?;
        access::set(&mut tx, AccountId(1), "office", log_in, app.now()).await?;
        tx.commit().await
    })
    .await
    .unwrap();
    let (code, output, error) = run(&["pull", "kari@fjord.example"], "");
    assert_eq!(code, 1, "{output}");
    assert!(error.starts_with("lomme: failed for "), "{error}");
    let (code, output, _) = run(&["check"], "");
    assert!(
        output.contains("connection office: FAILED: for 1 of 1 accounts: kari@fjord.example is paused: ")
    );
    assert_eq!(code, 1);
    let output = run(&["account", "list"], "").1;
    assert!(output.lines().next().unwrap().contains("\toffice is paused: "), "{output}");
    let output = run(&["log", "kari@fjord.example"], "").1;
    assert!(output.contains("\toffice\tpull\t0 pulled, 0 removed, 0 conflicts, 1 error"), "{output}");
    server.stop().await;
    office.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_phone_cannot_be_told_is_in_the_log() {
    let server = Server::start().await;
    let app = &server.app;
    let mut phone = Phone::new(Wire::new(&server.url(""), "kari", "14.1"));
    phone.sync_folders().await;
    phone.sync("1").await;
    // An event without a time.
    let never = Content::from_value(Class::Calendar, &json!({"title": "never"})).unwrap();
    store::retrying(async || {
        let mut tx = app.store().begin().await?;
        let new = item::New { content: &never, writer: None, remote_id: None, etag: None, now: app.now() };
        item::create(&mut tx, AccountId(1), FolderId(1), new).await?;
        tx.commit().await
    })
    .await
    .unwrap();
    phone.sync("1").await;
    let store = &app.config().store;
    let folder =
        folder(&format!("{CONFIG}[store]\nurl = \"{}\"\ndata = \"{}\"\n", store.url, store.data.display()));
    let arguments = ["log", "kari@fjord.example", "--config", "lomme.toml"];
    let output = tokio::task::block_in_place(|| lomme(folder.path(), &arguments, "")).1;
    assert!(output.contains("\tFjordPhone (PHONE141)\tphone\taside\tCalendar 1:1\t"), "{output}");
    server.stop().await;
}

#[test]
fn who_reads_no_further_is_no_failure() {
    let folder = folder(CONFIG);
    let body = b"\x03\x01\x6a\x00\x45\x5c\x4f\x4b\x03\x30\x00\x01\x01\x01\x01";
    std::fs::write(folder.path().join("body"), body).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_lomme"))
        .args(["wbxml", "decode", "body"])
        .current_dir(folder.path())
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn wbxml_is_shown_as_xml_and_made_of_it() {
    let folder = folder(CONFIG);
    let body = b"\x03\x01\x6a\x00\x45\x5c\x4f\x4b\x03\x30\x00\x01\x01\x01\x01";
    std::fs::write(folder.path().join("body"), body).unwrap();
    let (code, xml, _) = lomme(folder.path(), &["wbxml", "decode", "body"], "");
    assert_eq!(code, 0);
    assert!(xml.contains("AirSync") && xml.contains("<SyncKey>0</SyncKey>"), "{xml}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_lomme"))
        .args(["wbxml", "encode"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, body);
    let (code, _, error) = lomme(folder.path(), &["wbxml", "decode", "lomme.toml"], "");
    assert_eq!((code, error.lines().count()), (1, 1), "{error}");
}
