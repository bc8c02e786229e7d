//! A Dovecot of a test's own on loopback, with users, TLS and whatever extensions the test wants it to have.

use std::fs;
use std::fs::File;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use tempfile::TempDir;

/// The user most tests are about, and the password of all.
pub(crate) const KARI: &str = "kari@fjord.example";
pub(crate) const PASSWORD: &str = "kari \"s\" hemmelighet";

/// Who opens every mailbox.
pub(crate) const MASTER: &str = "master";
pub(crate) const MASTER_PASSWORD: &str = "master-secret";

/// A busy machine takes a while to start it.
const STARTED_WITHIN: Duration = Duration::from_secs(60);

/// What is special about a server.
#[derive(Clone, Copy, Default)]
pub(crate) struct Traits<'a> {
    /// All it says it can; none: all it can.
    pub(crate) capability: Option<&'a str>,
    /// Lines of its configuration.
    pub(crate) config: &'a str,
    /// Lines within its namespace.
    pub(crate) namespace: &'a str,
}

/// The server; it ends with the test.
pub(crate) struct Dovecot {
    process: Child,
    folder: TempDir,
    pub(crate) port: u16,
    pub(crate) tls_port: u16,
    pub(crate) sieve_port: u16,
}

/// Mailboxes with roles, as most servers have them.
pub(crate) const SPECIAL: &str = "mailbox Drafts {\n auto = subscribe\n special_use = \\Drafts\n }\n\
    mailbox Sent {\n auto = subscribe\n special_use = \\Sent\n }\n\
    mailbox Trash {\n auto = subscribe\n special_use = \\Trash\n }\n";

impl Dovecot {
    /// One with all that Dovecot has.
    pub(crate) fn start() -> Self {
        Self::with(Traits { namespace: SPECIAL, ..Traits::default() })
    }

    /// One that can what the test says.
    pub(crate) fn with(traits: Traits<'_>) -> Self {
        // A port that was free may be another test's by now.
        (0..5).find_map(|_| Self::attempt(traits)).unwrap()
    }

    /// None: it could not have its ports.
    fn attempt(traits: Traits<'_>) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        certificates(folder.path());
        let (port, tls_port, sieve_port) = (free_port(), free_port(), free_port());
        let path = folder.path().display();
        let user = owner();
        let name = user.as_ref().map_or_else(user_name, |user| user.name.clone());
        let group = command("id", &["-gn", &name]);
        let capability =
            traits.capability.map(|all| format!("imap_capability = {all}\n")).unwrap_or_default();
        let config = format!(
            "base_dir = {path}/run\nstate_dir = {path}/state\nlog_path = {path}/log\nprotocols = imap sieve\nlisten = 127.0.0.1\n\
             default_internal_user = {name}\ndefault_internal_group = {group}\ndefault_login_user = {name}\nfirst_valid_uid = 1\n\
             mail_location = maildir:~/Maildir\nmail_fsync = never\nauth_master_user_separator = *\nauth_mechanisms = plain login\n\
             ssl = yes\nssl_cert = <{path}/certificate.pem\nssl_key = <{path}/key.pem\nauth_failure_delay = 0\n\
             mail_max_userip_connections = 20\n{capability}{}\n\
             passdb {{\n driver = passwd-file\n master = yes\n args = {path}/masters\n}}\n\
             passdb {{\n driver = passwd-file\n args = {path}/users\n}}\n\
             userdb {{\n driver = static\n args = uid={name} gid={group} home={path}/mail/%u\n}}\n\
             namespace inbox {{\n inbox = yes\n{}\n}}\n\
             service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n\
             service managesieve-login {{\n chroot =\n inet_listener sieve {{\n port = {sieve_port}\n }}\n}}\n\
             protocol lda {{\n mail_plugins = sieve\n}}\nplugin {{\n sieve = file:~/sieve;active=~/.dovecot.sieve\n}}\n\
             postmaster_address = postmaster@fjord.example\nsendmail_path = {path}/sendmail\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n inet_listener imaps {{\n port = {tls_port}\n ssl = yes\n }}\n}}\n",
            traits.config, traits.namespace,
        );
        fs::write(folder.path().join("config"), config).unwrap();
        fs::write(folder.path().join("masters"), format!("{MASTER}:{{plain}}{MASTER_PASSWORD}\n")).unwrap();
        let users = [KARI, "ola@fjord.example"].map(|user| format!("{user}:{{plain}}{PASSWORD}\n"));
        fs::write(folder.path().join("users"), users.concat()).unwrap();
        sendmail(folder.path());
        let process = spawn(folder.path(), user.as_ref());
        let mut dovecot = Self { process, folder, port, tls_port, sieve_port };
        dovecot.has_started().then_some(dovecot)
    }

    /// Whether it has its ports; else it ended.
    fn has_started(&mut self) -> bool {
        let deadline = Instant::now() + STARTED_WITHIN;
        // It writes its number once it listens.
        while !self.folder.path().join("run/master.pid").exists() {
            let has_ended = self.process.try_wait().unwrap().is_some();
            let said = fs::read_to_string(self.folder.path().join("errors")).unwrap() + &self.log();
            if has_ended && said.contains("Address already in use") {
                return false;
            }
            assert!(!has_ended && Instant::now() < deadline, "Dovecot did not start: {said}");
            std::thread::sleep(Duration::from_millis(20));
        }
        true
    }

    /// What it wrote of itself.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Whose signature its certificate has.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Delivers a message to Kari as a server of hers does, by her script; what that sent, one text a message.
    pub(crate) fn deliver(&self, from: &str, text: &str) -> Vec<String> {
        let mut agent = Command::new("/usr/lib/dovecot/dovecot-lda");
        agent.arg("-c").arg(self.folder.path().join("config")).args(["-d", KARI, "-f", from, "-a", KARI]);
        if let Some(owner) = owner() {
            agent.uid(owner.uid).gid(owner.gid);
        }
        let mut agent = agent.stdin(Stdio::piped()).spawn().unwrap();
        agent.stdin.take().unwrap().write_all(text.replace('\n', "\r\n").as_bytes()).unwrap();
        assert!(agent.wait().unwrap().success(), "{}", self.log());
        let Ok(sent) = fs::read_dir(self.folder.path().join("sent")) else { return Vec::new() };
        sent.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }

    /// Another mail program of the user's.
    pub(crate) fn program(&self) -> Program {
        Program::connect(self.port, KARI)
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // The master ends the others when it is asked to end.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// As whom servers run: root must not, so it becomes a user without rights.
pub(crate) struct Owner {
    pub(crate) name: String,
    uid: u32,
    gid: u32,
}

/// None: as who runs the tests.
pub(crate) fn owner() -> Option<Owner> {
    let name = "Debian-exim".to_owned();
    let number = |what: &str| command("id", &[what, &name]).parse().unwrap();
    let is_root = command("id", &["-u"]) == "0";
    is_root.then(|| Owner { uid: number("-u"), gid: number("-g"), name: name.clone() })
}

/// Who runs the tests.
pub(crate) fn user_name() -> String {
    command("id", &["-un"])
}

/// Makes what is in a folder that user's.
pub(crate) fn give(folder: &Path, owner: &Owner) {
    for entry in fs::read_dir(folder).unwrap() {
        chown(entry.unwrap().path(), Some(owner.uid), Some(owner.gid)).unwrap();
    }
    chown(folder, Some(owner.uid), Some(owner.gid)).unwrap();
}

/// A program that runs as that user.
pub(crate) fn start_as(owner: Option<&Owner>, mut program: Command) -> Child {
    if let Some(owner) = owner {
        program.uid(owner.uid).gid(owner.gid);
    }
    program.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
}

/// A program that keeps what it is to send in a file, with whom it goes to on top.
fn sendmail(folder: &Path) {
    let file = folder.join("sendmail");
    let script = format!("#!/bin/sh\n(echo \"$@\"; cat) >\"$(mktemp {}/sent/XXXXXX)\"\n", folder.display());
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn spawn(folder: &Path, user: Option<&Owner>) -> Child {
    for name in ["run", "state", "mail", "sent"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    File::create(folder.join("log")).unwrap();
    if let Some(user) = user {
        give(folder, user);
    }
    let mut program = Command::new(installed("LOMME_DOVECOT", "/usr/sbin/dovecot"));
    program.arg("-F").arg("-c").arg(folder.join("config"));
    // It says there what is wrong before it has a log.
    program.stderr(File::create(folder.join("errors")).unwrap());
    start_as(user, program)
}

/// A program that `tests/run` installs.
pub(crate) fn installed(variable: &str, place: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(place);
    let program = std::env::var_os(variable).map_or(place, PathBuf::from);
    assert!(program.exists(), "{} is not installed: run tests/run", program.display());
    program
}

fn command(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A port that nobody has. It is below those that outgoing connections get, so none of the many that other tests make
/// takes it before the server does.
pub(crate) fn free_port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(|| rand::random_range(10_000..32_000)).find(is_free).unwrap()
}

/// An authority, and a certificate for this machine that it signed.
pub(crate) fn certificates(folder: &Path) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("authority.pem"), authority.pem()).unwrap();
    fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

/// A conversation with the server as another mail program would have it, told line by line.
pub(crate) struct Program {
    stream: BufReader<TcpStream>,
}

impl Program {
    /// Logs in.
    pub(crate) fn connect(port: u16, user: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut program = Self { stream: BufReader::new(stream) };
        program.line();
        let password = PASSWORD.replace('"', "\\\"");
        program.say(&format!("LOGIN {user} \"{password}\""));
        program
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.stream.read_line(&mut line).unwrap() > 0, "the server hung up");
        line
    }

    /// Says a command, which must go well, and what was answered.
    pub(crate) fn say(&mut self, command: &str) -> String {
        self.stream.get_mut().write_all(format!("a {command}\r\n").as_bytes()).unwrap();
        self.answer(command)
    }

    fn answer(&mut self, command: &str) -> String {
        let mut answer = String::new();
        loop {
            let line = self.line();
            if let Some(end) = line.strip_prefix("a ") {
                assert!(end.starts_with("OK"), "{command}: {end}");
                return answer + end;
            }
            answer.push_str(&line);
            if let Some((_, length)) =
                line.trim_end().strip_suffix('}').and_then(|line| line.rsplit_once('{'))
            {
                let mut literal = vec![0; length.parse().unwrap()];
                self.stream.read_exact(&mut literal).unwrap();
                answer.push_str(&String::from_utf8_lossy(&literal));
            }
        }
    }

    /// The messages in a mailbox, oldest first.
    pub(crate) fn messages(&mut self, mailbox: &str) -> Vec<String> {
        let selected = self.say(&format!("SELECT \"{mailbox}\""));
        let is_empty = selected.contains("* 0 EXISTS");
        let count =
            if is_empty { 0 } else { self.say("SEARCH ALL").lines().next().unwrap().split(' ').count() - 2 };
        (1..=count).filter_map(|number| self.message(number)).collect()
    }

    /// None: it was removed this moment.
    fn message(&mut self, number: usize) -> Option<String> {
        let answer = self.say(&format!("FETCH {number} BODY.PEEK[]"));
        let start = answer.find("}\r\n")?;
        let length: usize = answer[answer.find('{').unwrap() + 1..start].parse().unwrap();
        Some(answer[start + 3..start + 3 + length].to_owned())
    }

    /// Stores a message; `options` are flags and a date.
    pub(crate) fn append(&mut self, mailbox: &str, options: &str, message: &str) {
        let message = message.replace('\n', "\r\n");
        let command = format!("APPEND \"{mailbox}\" {options} {{{}+}}\r\n{message}", message.len());
        self.say(&command);
    }
}
