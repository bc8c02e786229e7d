//! A Cyrus of a test's own on loopback, with one user: IMAP of another make than Dovecot's.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use lomme::connector::imap::Imap;
use lomme::connector::imap::Settings;
use lomme::connector::mail::Mail as _;
use lomme::connector::sasl::Kind;
use lomme::connector::sasl::LogIn;
use lomme::connector::web::Trust;
use tempfile::TempDir;

use crate::imap::kari;
use crate::mail_server;
use crate::mail_server::KARI;
use crate::mail_server::PASSWORD;

/// A busy machine takes a while to start it.
const WITHIN: Duration = Duration::from_secs(60);

/// The server; it ends with the test.
pub(crate) struct Cyrus {
    process: Child,
    folder: TempDir,
    port: u16,
}

impl Cyrus {
    /// One with a mailbox that comes to be as its user logs in.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = mail_server::free_port();
        let installed = mail_server::installed("LOMME_CYRUS", "target/services/cyrus");
        let path = folder.path().display();
        for name in ["db", "socket", "proc", "log", "lock", "msg", "user", "quota"] {
            fs::create_dir_all(folder.path().join("conf").join(name)).unwrap();
        }
        fs::create_dir(folder.path().join("spool")).unwrap();
        let owner = mail_server::owner();
        let name = owner.as_ref().map_or_else(mail_server::user_name, |owner| owner.name.clone());
        let config = format!(
            "configdirectory: {path}/conf\npartition-default: {path}/spool\ndefaultpartition: default\ncyrus_user: {name}\n\
             admins: cyrus\nsasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: {path}/users\n\
             sasl_mech_list: PLAIN LOGIN\nallowplaintext: yes\nunixhierarchysep: yes\naltnamespace: yes\n\
             virtdomains: userid\ndefaultdomain: internal\nautocreate_quota: 0\n\
             autocreate_inbox_folders: Drafts|Sent|Trash\nxlist-drafts: Drafts\nxlist-sent: Sent\nxlist-trash: Trash\n\
             specialusealways: yes\nmunge8bit: no\ntls_server_cert: disabled\nidlesocket: {path}/conf/socket/idle\n"
        );
        fs::write(folder.path().join("imapd.conf"), config).unwrap();
        let programs = installed.join("root/usr/lib/cyrus/bin");
        let program = |name: &str| format!("\"{} -C {path}/imapd.conf", programs.join(name).display());
        let services = format!(
            "START {{\n recover cmd={} -r\"\n}}\nSERVICES {{\n imap cmd={}\" listen=\"127.0.0.1:{port}\" prefork=0\n}}\n\
             DAEMON {{\n idled cmd={}\"\n}}\nEVENTS {{\n}}\n",
            program("ctl_cyrusdb"),
            program("imapd"),
            program("idled"),
        );
        fs::write(folder.path().join("cyrus.conf"), services).unwrap();
        password(&installed, folder.path());
        if let Some(owner) = &owner {
            give(folder.path(), owner);
        }
        let mut master = command(&installed, &programs.join("master"));
        master.args(["-D", "-C"]).arg(folder.path().join("imapd.conf"));
        master.arg("-M").arg(folder.path().join("cyrus.conf")).arg("-p").arg(folder.path().join("pid"));
        let process = mail_server::start_as(owner.as_ref(), master);
        let cyrus = Self { process, folder, port };
        cyrus.wait().await;
        cyrus
    }

    async fn wait(&self) {
        let deadline = Instant::now() + WITHIN;
        let imap = self.imap();
        while let Err(error) = imap.check_log_in(&kari()).await {
            assert!(
                Instant::now() < deadline,
                "Cyrus did not start in {}: {error}",
                self.folder.path().display()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The connector to it.
    pub(crate) fn imap(&self) -> Imap {
        let settings = Settings {
            url: format!("imap://127.0.0.1:{}", self.port),
            log_in: LogIn::PerUser,
            secret: Kind::Password,
            only_subscribed: false,
            ask_every: Duration::from_millis(50),
            trust: Trust { verify: true, authority: None },
            smtp: None,
            sieve: None,
        };
        Imap::new(settings).unwrap()
    }
}

fn command(installed: &Path, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", installed.join("lib"));
    command.env("SASL_PATH", installed.join("root/usr/lib/x86_64-linux-gnu/sasl2"));
    command
}

fn password(installed: &Path, folder: &Path) {
    let (user, domain) = KARI.split_once('@').unwrap();
    let mut program = command(installed, &installed.join("root/usr/sbin/saslpasswd2"));
    program.arg("-f").arg(folder.join("users")).args(["-c", "-p", "-u", domain, user]);
    let mut program = program.stdin(Stdio::piped()).spawn().unwrap();
    program.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(program.wait().unwrap().success());
}

fn give(folder: &Path, owner: &mail_server::Owner) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            give(&path, owner);
        }
    }
    mail_server::give(folder, owner);
}

impl Drop for Cyrus {
    fn drop(&mut self) {
        // The master ends the others when it is asked to end.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}
