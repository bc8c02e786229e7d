//! `[[connection]]`: a back office and how it is reached. Speaks to none.

use std::fmt;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::Error;

use super::fault::Fault;
use super::fault::Place;
use super::reach;
use super::value;
use crate::model::class::Class;

/// One back office.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// What the database, the logs and the command line call it.
    pub name: String,
    /// What people call it; none: its name.
    pub title: Option<String>,
    /// What it speaks.
    pub kind: Kind,
    /// What of it is synced.
    #[serde(default, deserialize_with = "classes")]
    pub classes: Vec<Class>,
    /// Whether the company directory is searched there.
    #[serde(default)]
    pub directory: bool,
    /// Where it is.
    #[serde(default)]
    pub url: String,
    /// Who logs in.
    #[serde(default)]
    pub log_in: LogIn,
    /// A bearer token, for [`LogIn::Organisation`].
    pub token: Option<Secret>,
    /// The file that holds it.
    pub token_file: Option<PathBuf>,
    /// Where a token is fetched by OAuth 2 client credentials, instead of being stated.
    pub token_url: Option<String>,
    /// Our id there.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
    /// The file that holds it.
    pub client_secret_file: Option<PathBuf>,
    /// What the token is to be good for; most servers need not be told.
    pub scope: Option<String>,
    /// A user name for Basic, instead of a token.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// The file that holds it.
    pub password_file: Option<PathBuf>,
    /// What stands between an account's name and that of a master user, in a log-in name of both.
    pub master_separator: Option<String>,
    /// Whether what the accounts log in with are access tokens (OAuth 2.0) instead of passwords.
    #[serde(default)]
    pub tokens: bool,
    /// Which of a user's mail folders are synced.
    #[serde(default)]
    pub folders: Folders,
    /// Where mail is handed over for delivery.
    pub smtp: Option<String>,
    /// Who does that.
    #[serde(default)]
    pub smtp_log_in: SmtpLogIn,
    /// The name of who does it for all.
    pub smtp_user: Option<String>,
    /// The password of that one.
    pub smtp_password: Option<Secret>,
    /// The file that holds it.
    pub smtp_password_file: Option<PathBuf>,
    /// Where scripts are taken by which mail is answered for who is away.
    pub sieve: Option<String>,
    /// What the back office signs its nudges with (`/hooks/NAME`); none: nudges are refused.
    pub hook_key: Option<Secret>,
    /// The file that holds it.
    pub hook_key_file: Option<PathBuf>,
    /// Whether its certificate has to be one that is trusted.
    #[serde(default = "yes")]
    pub verify_tls: bool,
    /// A certificate authority to trust besides the public ones, as PEM.
    pub authority: Option<PathBuf>,
    /// From one pull to the next, where it differs from `[pull]`.
    #[serde(default, deserialize_with = "value::optional_duration")]
    pub every: Option<Duration>,
}

/// What a back office speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The pull contract, over HTTP and JSON.
    HttpApi,
    /// CalDAV and CardDAV.
    Dav,
    /// IMAP to read mail, SMTP to send it.
    Imap,
    /// Nothing: mail lies in the data folder, and goes from one account to another.
    Mailbox,
    /// Nothing: items live here alone.
    Local,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::HttpApi, Self::Dav, Self::Imap, Self::Mailbox, Self::Local];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HttpApi => "http_api",
            Self::Dav => "dav",
            Self::Imap => "imap",
            Self::Mailbox => "mailbox",
            Self::Local => "local",
        }
    }
}

/// Who logs in at the back office.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogIn {
    /// One log-in for all accounts, stated here.
    #[default]
    Organisation,
    /// Each account with its own (`lomme account connect`).
    User,
}

/// How a connection logs in, once it is known that it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials<'a> {
    /// By each account's own log-in.
    Account,
    /// By a token that is stated.
    Token(&'a Secret),
    /// By a user's name and password.
    Password {
        /// The name.
        user: &'a str,
        /// The password.
        password: &'a Secret,
    },
    /// By a token that is fetched as an OAuth client.
    Client {
        /// Where it is fetched.
        token_url: &'a str,
        /// The client's id.
        id: &'a str,
        /// Its secret.
        secret: &'a Secret,
        /// What the token is to be good for; may be empty.
        scope: &'a str,
    },
}

/// Which of a user's mail folders are synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Folders {
    /// Every one.
    #[default]
    All,
    /// Those he subscribed to, and those that mail programs need.
    Subscribed,
}

/// Who hands mail over for delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpLogIn {
    /// Who reads it.
    #[default]
    Same,
    /// One for all, stated here.
    Organisation,
    /// Nobody logs in: the server trusts this machine.
    None,
}

/// Something that must not be printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// What it is, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn yes() -> bool {
    true
}

fn classes<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<Class>, D::Error> {
    let known = [Class::Calendar, Class::Contacts, Class::Tasks, Class::Notes, Class::Email];
    let class = |name: &String| known.into_iter().find(|class| class.as_str().eq_ignore_ascii_case(name));
    let names = Vec::<String>::deserialize(source)?;
    names
        .iter()
        .map(|name| {
            class(name).ok_or_else(|| {
                D::Error::custom(format!(
                    "`{name}` is no class; known are `calendar`, `contacts`, `tasks`, `notes`, `email`"
                ))
            })
        })
        .collect()
}

impl Connection {
    /// Makes paths absolute and reads the secrets that are in files.
    pub(super) fn resolve(&mut self, folder: &Path, index: usize) -> Result<(), Fault> {
        let secrets = [
            ("token_file", &mut self.token, &self.token_file),
            ("client_secret_file", &mut self.client_secret, &self.client_secret_file),
            ("password_file", &mut self.password, &self.password_file),
            ("smtp_password_file", &mut self.smtp_password, &self.smtp_password_file),
            ("hook_key_file", &mut self.hook_key, &self.hook_key_file),
        ];
        for (key, secret, file) in secrets {
            let Some(file) = file else { continue };
            if secret.is_some() {
                return Err(fault(index, key, "state the secret or its file, not both"));
            }
            let file = folder.join(file);
            let text = fs::read_to_string(&file)
                .map_err(|error| fault(index, key, &format!("cannot read {}: {error}", file.display())))?;
            *secret = Some(Secret(text.trim_end_matches(['\r', '\n']).to_owned()));
        }
        if let Some(authority) = &mut self.authority {
            *authority = folder.join(&authority);
        }
        Ok(())
    }

    fn check(&self, index: usize) -> Result<(), Fault> {
        let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || !self.name.chars().all(name) {
            return Err(fault(
                index,
                "name",
                "must be small letters, digits and hyphens, as in `back-office`",
            ));
        }
        if self.classes.is_empty() && !self.directory {
            return Err(fault(
                index,
                "classes",
                "say what is synced, for example `classes = [\"calendar\", \"tasks\"]`",
            ));
        }
        self.check_mail(index)?;
        self.check_log_in(index)?;
        reach::check(self).map_err(|(key, message)| fault(index, key, &message))
    }

    fn check_log_in(&self, index: usize) -> Result<(), Fault> {
        match self.kind {
            Kind::Local => return Ok(()),
            Kind::Imap => return self.check_imap(index),
            Kind::Mailbox => return self.check_mailbox(index),
            Kind::HttpApi | Kind::Dav => {}
        }
        if !is_address(&self.url) {
            return Err(fault(index, "url", "must be an address such as `https://office.example`"));
        }
        match self.credentials() {
            Ok(Credentials::Client { token_url, .. }) if !is_address(token_url) => {
                Err(fault(index, "token_url", "must be an address such as `https://log-in.example/token`"))
            }
            Ok(Credentials::Client { .. }) if self.kind == Kind::Dav => {
                Err(fault(index, "token_url", "only an `http_api` logs in so; state another log-in"))
            }
            Ok(_) => Ok(()),
            Err((key, message)) => Err(fault(index, key, message)),
        }
    }

    /// How it logs in; else the key to look at and what would be right.
    pub fn credentials(&self) -> Result<Credentials<'_>, (&'static str, &'static str)> {
        let user = (self.user.as_deref(), self.password.as_ref());
        let client = (self.token_url.as_deref(), self.client_id.as_deref(), self.client_secret.as_ref());
        match (self.log_in, &self.token, user, client) {
            (LogIn::User, None, (None, None), (None, None, None)) => Ok(Credentials::Account),
            (LogIn::User, _, _, _) => {
                Err(("log_in", "with `user` no token, password or client is stated here"))
            }
            (LogIn::Organisation, Some(token), (None, None), (None, None, None)) => {
                Ok(Credentials::Token(token))
            }
            (LogIn::Organisation, None, (Some(user), Some(password)), (None, None, None)) => {
                Ok(Credentials::Password { user, password })
            }
            (LogIn::Organisation, None, (None, None), (Some(token_url), Some(id), Some(secret))) => {
                let scope = self.scope.as_deref().unwrap_or_default();
                Ok(Credentials::Client { token_url, id, secret, scope })
            }
            (LogIn::Organisation, None, (None, None), (None, None, None)) => Err((
                "token",
                "state a `token`, or `user` and `password`, or `token_url`, `client_id` and `client_secret`, \
                 or `log_in = \"user\"` if each account has its own",
            )),
            (LogIn::Organisation, None, (None, None), _) => {
                Err(("token_url", "goes with `client_id` and `client_secret`: state all three"))
            }
            (LogIn::Organisation, None, _, (None, None, None)) => {
                Err(("user", "goes with `password`: state both"))
            }
            (LogIn::Organisation, _, _, _) => {
                Err(("token", "state one log-in: a token, or a user and a password, or an OAuth client"))
            }
        }
    }
}

/// Whether it looks like an address of the web; who will go there looks closer.
fn is_address(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme))
}

impl Connection {
    /// Mail, and what only mail has, comes from a mail server alone.
    fn check_mail(&self, index: usize) -> Result<(), Fault> {
        if self.kind == Kind::Imap {
            return Ok(());
        }
        let stated = [
            ("master_separator", self.master_separator.is_some()),
            ("tokens", self.tokens),
            ("folders", self.folders != Folders::default()),
            ("smtp", self.smtp.is_some()),
            ("sieve", self.sieve.is_some()),
            ("smtp_log_in", self.smtp_log_in != SmtpLogIn::default()),
            ("smtp_user", self.smtp_user.is_some()),
            ("smtp_password", self.smtp_password.is_some()),
        ];
        match stated.into_iter().find(|(_, is_stated)| *is_stated) {
            Some((key, _)) => Err(fault(index, key, "is for a connection of `kind = \"imap\"`")),
            None if self.classes.contains(&Class::Email) && self.kind != Kind::Mailbox => {
                let message = "`email` comes from a connection of `kind = \"imap\"` or `kind = \"mailbox\"`";
                Err(fault(index, "classes", message))
            }
            None => Ok(()),
        }
    }

    /// Nobody is asked, so there is nothing to be said about how.
    fn check_mailbox(&self, index: usize) -> Result<(), Fault> {
        if self.classes != [Class::Email] || self.directory {
            return Err(fault(index, "classes", "a mailbox has `classes = [\"email\"]` and no directory"));
        }
        let stated = [
            ("url", !self.url.is_empty()),
            ("log_in", self.log_in != LogIn::default()),
            ("token", self.token.is_some()),
            ("token_url", self.token_url.is_some()),
            ("client_id", self.client_id.is_some()),
            ("client_secret", self.client_secret.is_some()),
            ("scope", self.scope.is_some()),
            ("user", self.user.is_some()),
            ("password", self.password.is_some()),
            ("hook_key", self.hook_key.is_some()),
            ("verify_tls", !self.verify_tls),
            ("authority", self.authority.is_some()),
        ];
        match stated.into_iter().find(|(_, is_stated)| *is_stated) {
            Some((key, _)) => Err(fault(
                index,
                key,
                "says nothing here: mail of `kind = \"mailbox\"` lies in the data folder",
            )),
            None => Ok(()),
        }
    }

    fn check_imap(&self, index: usize) -> Result<(), Fault> {
        if self.classes != [Class::Email] || self.directory {
            return Err(fault(
                index,
                "classes",
                "a mail server has `classes = [\"email\"]` and no directory",
            ));
        }
        let stated = [
            ("token", self.token.is_some()),
            ("token_url", self.token_url.is_some()),
            ("client_id", self.client_id.is_some()),
            ("client_secret", self.client_secret.is_some()),
            ("scope", self.scope.is_some()),
            ("hook_key", self.hook_key.is_some()),
        ];
        if let Some((key, _)) = stated.into_iter().find(|(_, is_stated)| *is_stated) {
            return Err(fault(index, key, "is not for a mail server: leave it out"));
        }
        match self.credentials() {
            Ok(Credentials::Account) => {}
            Ok(Credentials::Password { .. }) if !self.tokens => {}
            Ok(Credentials::Password { .. }) => {
                let message = "is for `log_in = \"user\"`: a master user has a password";
                return Err(fault(index, "tokens", message));
            }
            _ => {
                let message = "state `user` and `password` of a master user, or `log_in = \"user\"` if each account \
                               has its own";
                return Err(fault(index, "user", message));
            }
        }
        let has_relay = self.smtp_user.is_some() && self.smtp_password.is_some();
        let has_none = self.smtp_user.is_none() && self.smtp_password.is_none();
        match (self.smtp_log_in, &self.smtp) {
            (_, None) if has_none && self.smtp_log_in == SmtpLogIn::default() => Ok(()),
            (_, None) => {
                Err(fault(index, "smtp", "say where mail is handed over, as `smtps://mail.example`"))
            }
            (SmtpLogIn::Organisation, Some(_)) if has_relay => Ok(()),
            (SmtpLogIn::Organisation, Some(_)) => {
                Err(fault(index, "smtp_user", "state `smtp_user` and `smtp_password`"))
            }
            (SmtpLogIn::Same | SmtpLogIn::None, Some(_)) if has_none => Ok(()),
            (SmtpLogIn::Same | SmtpLogIn::None, Some(_)) => {
                Err(fault(index, "smtp_user", "is for `smtp_log_in = \"organisation\"`"))
            }
        }
    }
}

impl Connection {
    /// Whether connections are right, by themselves and together; else the key to look at and what would be right.
    pub fn check_all(all: &[Self]) -> Result<(), (&'static str, String)> {
        check(all).map_err(Fault::into_key)
    }
}

/// Each by itself, then all together: names are unique, and each class and the directory come from one.
pub(super) fn check(connections: &[Connection]) -> Result<(), Fault> {
    for (index, connection) in connections.iter().enumerate() {
        connection.check(index)?;
        let Some(others) = connections.get(..index) else { continue };
        if others.iter().any(|other| other.name == connection.name) {
            return Err(fault(
                index,
                "name",
                &format!("`{}` is taken by another connection", connection.name),
            ));
        }
        for class in &connection.classes {
            if let Some(other) = others.iter().find(|other| other.classes.contains(class)) {
                let message =
                    format!("`{class}` comes from `{}` already; one connection a class", other.name);
                return Err(fault(index, "classes", &message));
            }
        }
        if connection.directory && others.iter().any(|other| other.directory) {
            return Err(fault(index, "directory", "another connection has it already"));
        }
    }
    Ok(())
}

fn fault(index: usize, key: &'static str, message: &str) -> Fault {
    Fault::at(Place::Key { section: "connection", index, key }, message)
}
