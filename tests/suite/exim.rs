//! An Exim of a test's own on loopback: it takes mail of who logs in, and puts it into files.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use tempfile::TempDir;

use crate::mail_server;
use crate::mail_server::KARI;
use crate::mail_server::PASSWORD;

/// A busy machine takes a while to start it, and to deliver.
const WITHIN: Duration = Duration::from_secs(60);

/// The server; it ends with the test.
pub(crate) struct Exim {
    process: Child,
    folder: TempDir,
    /// Where STARTTLS is spoken.
    pub(crate) port: u16,
    /// Where TLS is from the first byte.
    pub(crate) tls_port: u16,
}

impl Exim {
    /// One that refuses `nobody`, has no time for `later`, and wants a log-in from all.
    pub(crate) fn start() -> Self {
        Self::at(mail_server::free_port())
    }

    /// The same on a port.
    pub(crate) fn at(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        mail_server::certificates(folder.path());
        let tls_port = mail_server::free_port();
        let path = folder.path().display();
        let program = mail_server::installed("LOMME_EXIM", "target/services/mail/exim");
        let libraries = program.with_file_name("lib");
        let password = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"");
        let config = format!(
            "exim_path = {}\nkeep_environment = LD_LIBRARY_PATH\nspool_directory = {path}/spool\nlog_file_path = {path}/log-%s\n\
             pid_file_path = {path}/pid\nprimary_hostname = mail.fjord.example\ndeliver_drop_privilege\nlocal_interfaces = 127.0.0.1\n\
             daemon_smtp_ports = {port} : {tls_port}\ntls_on_connect_ports = {tls_port}\ntls_advertise_hosts = *\n\
             tls_certificate = {path}/certificate.pem\ntls_privatekey = {path}/key.pem\nsmtputf8_advertise_hosts = *\n\
             host_lookup =\nrfc1413_hosts =\nmessage_size_limit = 60M\nacl_smtp_mail = sender\nacl_smtp_rcpt = recipient\nacl_smtp_data = content\n\
             begin acl\n\
             sender:\n  deny !authenticated = *\n    message = 530 log in first\n  accept\n\
             recipient:\n  deny local_parts = nobody\n    message = no such user\n  defer local_parts = later\n    message = mailbox is busy\n  accept\n\
             content:\n  deny condition = ${{if match{{$h_subject:}}{{FORBIDDEN}}}}\n    message = we do not like it\n  accept\n\
             begin routers\nall:\n  driver = accept\n  transport = file\n\
             begin transports\nfile:\n  driver = appendfile\n  directory = {path}/mail\n  maildir_format\n  create_directory\n\
             \x20 envelope_to_add\n  return_path_add\n\
             begin authenticators\n\
             plain:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n  server_set_id = $auth2\n\
             \x20 server_condition = ${{if and{{{{eq{{$auth2}}{{{KARI}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}\n\
             login:\n  driver = plaintext\n  public_name = LOGIN\n  server_prompts = Name : Password\n  server_set_id = $auth1\n\
             \x20 server_condition = ${{if and{{{{eq{{$auth1}}{{{KARI}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}\n",
            program.display(),
        );
        fs::write(folder.path().join("config"), config).unwrap();
        for name in ["spool", "mail"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let owner = mail_server::owner();
        if let Some(owner) = &owner {
            mail_server::give(folder.path(), owner);
        }
        let mut command = Command::new(program);
        command.env("LD_LIBRARY_PATH", libraries);
        command.arg("-C").arg(folder.path().join("config")).arg("-bdf").stderr(Stdio::null());
        let process = mail_server::start_as(owner.as_ref(), command);
        let exim = Self { process, folder, port, tls_port };
        let deadline = Instant::now() + WITHIN;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "Exim did not start: {}", exim.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        exim
    }

    /// What it wrote of itself.
    pub(crate) fn log(&self) -> String {
        let log = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        ["log-main", "log-panic", "log-reject"].map(log).concat()
    }

    /// Whose signature its certificate has.
    pub(crate) fn authority(&self) -> std::path::PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// The mail that somebody got, once there is so much of it.
    pub(crate) async fn mail(&self, recipient: &str, count: usize) -> Vec<String> {
        let folder = self.folder.path().join("mail/new");
        let deadline = Instant::now() + WITHIN;
        loop {
            let mail = read(&folder, recipient);
            if mail.len() >= count {
                return mail;
            }
            assert!(Instant::now() < deadline, "not delivered: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn read(folder: &Path, recipient: &str) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let text = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let is_theirs = |mail: &String| mail.contains(&format!("Envelope-to: {recipient}\n"));
    files.map(|file| text(file.unwrap().path())).filter(is_theirs).collect()
}

impl Drop for Exim {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}
