//! The configuration file: every key, its default, its bounds, and what is said when it is wrong. Opens nothing it names.

pub mod connection;
pub mod fault;
pub mod notice;
pub mod policy;
mod reach;
pub mod value;

use std::fs;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use self::connection::Connection;
use self::connection::Kind;
use self::fault::Fault;
use self::fault::Place;
use self::notice::Notice;
use crate::model::class::Class;
use crate::model::policy::Provisioning;
use crate::sync::conflict;

/// Everything an administrator can say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where phones and browsers reach us.
    pub server: Server,
    /// Where everything is kept.
    pub store: Store,
    /// The company whose accounts these are.
    pub organisation: Organisation,
    /// Who checks the passwords of accounts that have none of their own.
    pub log_in: LogIn,
    /// How often the back office is asked.
    pub pull: Pull,
    /// How long a phone may wait for news.
    pub ping: Ping,
    /// What one client may cost.
    pub limits: Limits,
    /// What is asked of a phone before it gets anything.
    pub policy: Provisioning,
    /// How long what is no longer in force is kept.
    pub retention: Retention,
    /// Who wins when both sides changed the same item.
    pub conflict: Conflict,
    /// How mail of our own is sent.
    pub notice: Notice,
    /// What is written down while we run.
    pub log: Log,
    /// The back offices.
    #[serde(rename = "connection")]
    pub connections: Vec<Connection>,
}

/// `[server]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where plain HTTP is answered; none: nowhere.
    #[serde(deserialize_with = "value::address")]
    pub listen: Option<SocketAddr>,
    /// Where HTTPS is answered; none: nowhere.
    #[serde(deserialize_with = "value::address")]
    pub listen_tls: Option<SocketAddr>,
    /// The certificate chain as PEM; none: one is made and signed by itself.
    pub certificate: Option<PathBuf>,
    /// Its private key as PEM.
    pub key: Option<PathBuf>,
    /// Whether log-ins are accepted over plain HTTP; none: from this machine, and where there is no TLS at all.
    pub plain_http: Option<bool>,
    /// Reverse proxies: what they say in `X-Forwarded-For` and `X-Forwarded-Proto` is believed.
    pub proxies: Vec<IpAddr>,
    /// Who may read `/metrics`, besides this machine.
    pub metrics_from: Vec<IpAddr>,
    /// The address at which browsers reach us, for links that leave the pages; none: there are none.
    #[serde(deserialize_with = "value::base")]
    pub url: Option<String>,
}

impl Server {
    /// Whether it is the address of a proxy of ours.
    pub fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.to_canonical() == address.to_canonical())
    }
}

/// `[store]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The database: `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// The folder for what is not in the database: the key of the secrets, the certificate we made.
    pub data: PathBuf,
}

/// `[organisation]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Organisation {
    /// Its name, for people.
    pub name: String,
}

/// `[log_in]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogIn {
    /// The connection whose mail server is asked; none: who has no password of his own does not get in.
    pub by: Option<String>,
    /// Whether somebody whom it lets in and who has no account is given one.
    pub create: bool,
}

/// `[pull]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pull {
    /// From one pull of a connection to the next.
    #[serde(deserialize_with = "value::duration")]
    pub every: Duration,
}

/// `[ping]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ping {
    /// The shortest heartbeat accepted.
    #[serde(deserialize_with = "value::duration")]
    pub min: Duration,
    /// The longest.
    #[serde(deserialize_with = "value::duration")]
    pub max: Duration,
}

/// `[limits]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The largest request body; beyond it 413.
    #[serde(deserialize_with = "value::size")]
    pub body: usize,
    /// How long a body may take to arrive; then 408.
    #[serde(deserialize_with = "value::duration")]
    pub body_time: Duration,
    /// The largest request head; beyond it 431.
    #[serde(deserialize_with = "value::size")]
    pub head: usize,
    /// How long a head may take to arrive.
    #[serde(deserialize_with = "value::duration")]
    pub head_time: Duration,
    /// How long a connection may rest between two requests.
    #[serde(deserialize_with = "value::duration")]
    pub idle_time: Duration,
    /// Connections at a time; further ones wait.
    pub connections: usize,
    /// Connections of one address at a time, those of `server.proxies` not counted; further ones are closed.
    pub connections_per_address: usize,
    /// Log-ins that may wait for their password to be checked; further ones get 503.
    pub log_ins: usize,
    /// Names that a device may go by (`User-Agent`) within a minute; beyond it 503 until that is over. 0 is no limit.
    pub user_agents: usize,
}

/// `[retention]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// How long a version that was replaced or deleted can be had again.
    #[serde(deserialize_with = "value::duration")]
    pub versions: Duration,
    /// A phone that was silent for longer starts anew.
    #[serde(deserialize_with = "value::duration")]
    pub silent_devices: Duration,
    /// How long the logs of pulls and writes are kept.
    #[serde(deserialize_with = "value::duration")]
    pub logs: Duration,
    /// How many rows of each log an account keeps at most.
    pub log_rows: u32,
}

/// `[conflict]`: per class, who wins.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conflict {
    /// For events.
    pub calendar: conflict::Policy,
    /// For people.
    pub contacts: conflict::Policy,
    /// For things to do.
    pub tasks: conflict::Policy,
    /// For notes.
    pub notes: conflict::Policy,
}

impl Conflict {
    /// Who wins in a folder of this class; nobody has to in mail, which changes by flags alone.
    pub fn policy(&self, class: Class) -> conflict::Policy {
        match class {
            Class::Calendar => self.calendar,
            Class::Contacts => self.contacts,
            Class::Tasks => self.tasks,
            Class::Notes => self.notes,
            Class::Email => conflict::Policy::default(),
        }
    }
}

/// `[log]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; or per module, as in `info,lomme::http=debug`.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// Heartbeats that a radio and a balancer can live with (`[ping]` keeps within them).
const HEARTBEATS: std::ops::RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_mins(59);

impl Config {
    /// Reads and checks the file; paths in it are relative to its folder.
    pub fn load(file: &Path) -> Result<Self, fault::Error> {
        let text = fs::read_to_string(file)
            .map_err(|error| fault::Error::Unreadable { file: file.to_owned(), reason: error.to_string() })?;
        let folder = file.parent().unwrap_or_else(|| Path::new(""));
        Self::read(&text, folder).map_err(|fault| fault.within(file, &text))
    }

    fn read(text: &str, folder: &Path) -> Result<Self, Fault> {
        let mut config: Self = toml::from_str(text).map_err(|error| Fault::from_toml(&error, text))?;
        config.resolve(folder)?;
        config.check()?;
        Ok(config)
    }

    fn resolve(&mut self, folder: &Path) -> Result<(), Fault> {
        self.store.data = folder.join(&self.store.data);
        if let Some(path) = self.store.url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(Fault::at(Place::key("store", "url"), "name a file: `sqlite:lomme.db`"));
            }
            self.store.url = format!("sqlite:{}", folder.join(path).display());
        }
        for path in [&mut self.server.certificate, &mut self.server.key].into_iter().flatten() {
            *path = folder.join(&path);
        }
        for (index, connection) in self.connections.iter_mut().enumerate() {
            connection.resolve(folder, index)?;
        }
        self.notice.resolve(folder)
    }

    fn check(&self) -> Result<(), Fault> {
        let fault = |section, key, message: &str| Err(Fault::at(Place::key(section, key), message));
        let Server { listen, listen_tls, certificate, key, .. } = &self.server;
        if listen.is_none() && listen_tls.is_none() {
            return fault(
                "server",
                "listen_tls",
                "say where to listen, for example `listen_tls = \"0.0.0.0:443\"`",
            );
        }
        match (certificate, key) {
            (Some(_), None) => {
                return fault("server", "certificate", "needs `key`, the file of its private key");
            }
            (None, Some(_)) => {
                return fault("server", "key", "needs `certificate`, the file of its certificate chain");
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|kind| self.store.url.starts_with(kind)) {
            return fault(
                "store",
                "url",
                "must be `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`",
            );
        }
        if self.pull.every < Duration::from_secs(1) {
            return fault("pull", "every", "must be at least `1s`");
        }
        if !HEARTBEATS.contains(&self.ping.min) {
            return fault("ping", "min", "must lie between `10s` and `59m`");
        }
        if !HEARTBEATS.contains(&self.ping.max) {
            return fault("ping", "max", "must lie between `10s` and `59m`");
        }
        if self.ping.max < self.ping.min {
            return fault("ping", "max", "must not be less than `min`");
        }
        if !self.log.level.split(',').all(is_level) {
            return fault(
                "log",
                "level",
                "must be `error`, `warn`, `info`, `debug`, `trace`, or as in `info,lomme::http=debug`",
            );
        }
        self.check_limits()?;
        policy::check(&self.policy)?;
        self.check_retention()?;
        connection::check(&self.connections)?;
        self.notice.check()?;
        self.check_log_in()
    }

    fn check_log_in(&self) -> Result<(), Fault> {
        let LogIn { by, create } = &self.log_in;
        let fault = |key, message: &str| Err(Fault::at(Place::key("log_in", key), message));
        let Some(by) = by else {
            return if *create {
                fault("create", "needs `by`, the connection that lets people in")
            } else {
                Ok(())
            };
        };
        match self.connections.iter().find(|connection| connection.name == *by) {
            Some(connection) if connection.kind != Kind::Imap => {
                fault("by", "must be a connection of `kind = \"imap\"`: nobody logs in at others by himself")
            }
            Some(connection) if connection.tokens => {
                fault("by", "phones send passwords, and that connection wants tokens")
            }
            Some(_) => Ok(()),
            None => fault("by", &format!("there is no connection `{by}`")),
        }
    }

    fn check_limits(&self) -> Result<(), Fault> {
        let least = [
            ("body", self.limits.body >= 64 * 1024, "must be at least `64kB`"),
            // hyper keeps its first read buffer of 8 kB whatever is asked of it.
            ("head", self.limits.head >= 8192, "must be at least `8kB`"),
            ("body_time", !self.limits.body_time.is_zero(), "must be more than `0s`"),
            ("head_time", !self.limits.head_time.is_zero(), "must be more than `0s`"),
            ("idle_time", !self.limits.idle_time.is_zero(), "must be more than `0s`"),
            ("connections", self.limits.connections > 0, "must be at least 1"),
            ("connections_per_address", self.limits.connections_per_address > 0, "must be at least 1"),
            ("log_ins", self.limits.log_ins > 0, "must be at least 1"),
        ];
        match least.into_iter().find(|(_, holds, _)| !holds) {
            Some((key, _, message)) => Err(Fault::at(Place::key("limits", key), message)),
            None => Ok(()),
        }
    }

    /// Less than a week, and phones that were off over a holiday would start anew.
    fn check_retention(&self) -> Result<(), Fault> {
        const DAY: Duration = Duration::from_hours(24);
        let Retention { versions, silent_devices, logs, log_rows } = &self.retention;
        let least = [
            ("versions", *versions >= 7 * DAY, "must be at least `7d`"),
            ("silent_devices", *silent_devices >= 7 * DAY, "must be at least `7d`"),
            ("logs", *logs >= DAY, "must be at least `1d`"),
            ("log_rows", *log_rows > 0, "must be at least 1"),
        ];
        match least.into_iter().find(|(_, holds, _)| !holds) {
            Some((key, _, message)) => Err(Fault::at(Place::key("retention", key), message)),
            None => Ok(()),
        }
    }
}

/// One part of `log.level`. The subscriber would take a mistyped level for a module's name, and say nothing more.
fn is_level(part: &str) -> bool {
    let level = part.rsplit('=').next().unwrap_or_default().trim();
    ["off", "error", "warn", "info", "debug", "trace"].contains(&level)
}

impl Default for Store {
    fn default() -> Self {
        Self { url: "sqlite:lomme.db".to_owned(), data: PathBuf::from("data") }
    }
}

impl Default for Organisation {
    fn default() -> Self {
        Self { name: "My company".to_owned() }
    }
}

impl Default for Pull {
    fn default() -> Self {
        Self { every: Duration::from_mins(15) }
    }
}

impl Default for Ping {
    fn default() -> Self {
        Self { min: *HEARTBEATS.start(), max: *HEARTBEATS.end() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A mail with the attachments that most mail servers still accept, in base64.
            body: 36 * 1024 * 1024,
            // A phone on a slow network sends 36 MB in five minutes at 1 Mbit/s.
            body_time: Duration::from_mins(5),
            head: 16 * 1024,
            head_time: Duration::from_secs(30),
            // Longer than most phones rest between a Ping's answer and what they ask next.
            idle_time: Duration::from_mins(5),
            connections: 20_000,
            // An office of some thousand phones behind one address. Four such addresses take all the places.
            connections_per_address: 5_000,
            // At 40 ms each on one core the last of them waits under three seconds.
            log_ins: 64,
            user_agents: 4,
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            versions: 30 * DAY,
            // A summer in a drawer is no reason to start anew.
            silent_devices: 180 * DAY,
            logs: 30 * DAY,
            log_rows: 2000,
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Text }
    }
}

#[cfg(test)]
mod tests;
