//! `lomme check`: tries everything that the configuration names, and says of each how it went. Changes nothing.

use futures_util::StreamExt as _;
use futures_util::stream;

use super::Configured;
use super::Failure;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::config::Config;
use crate::config::connection::Connection;
use crate::config::connection::Kind;
use crate::config::connection::LogIn;
use crate::connections::Connected;
use crate::connector::Connector;
use crate::connector::User;
use crate::http::tls::Certificates;
use crate::serve;
use crate::store;
use crate::store::access;
use crate::store::account::Account;

/// Log-ins tried at a time.
const AT_ONCE: usize = 8;
/// More lines of the same kind tell nobody more.
const NAMED: usize = 10;

pub(super) async fn run(at: &Configured) -> Outcome {
    let config = Config::load(&at.config)?;
    super::log_to_stderr(&config.log)?;
    say("configuration: understood")?;
    let app = serve::open(config).await?;
    say("store: open")?;
    if app.config().server.listen_tls.is_some() {
        Certificates::load(app.config(), app.now())?;
        say("certificate: usable")?;
    }
    let mut failed = 0_usize;
    for connected in app.connections().all() {
        let connection = &connected.settings;
        match answer(&app, &connected).await {
            Ok(message) => say(&format!("connection {}: {message}", connection.name))?,
            Err(Failure::Said(message)) => {
                failed += 1;
                say(&format!("connection {}: FAILED: {message}", connection.name))?;
            }
            Err(Failure::Unheard) => return Err(Failure::Unheard),
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new("one connection failed")),
        _ => Err(Failure::new(format!("{failed} connections failed"))),
    }
}

/// How a connection answers to those who may use it.
async fn answer(app: &App, connected: &Connected) -> Result<String, Failure> {
    let connection = &connected.settings;
    if connection.kind == Kind::Local {
        return Ok("items live here".to_owned());
    }
    let Some(connector) = &connected.connector else {
        return Err(Failure::new("this program does not speak its kind"));
    };
    let accounts = store::account::list(&mut *app.store().read().await?).await?;
    let may_use = |account: &Account| !account.is_disabled && connected.serves(account.organisation);
    let accounts: Vec<Account> = accounts.into_iter().filter(may_use).collect();
    match connection.log_in {
        LogIn::Organisation => match accounts.first() {
            None => Ok("not tried: there is no account yet".to_owned()),
            Some(account) => shared(&**connector, account).await,
        },
        LogIn::User => each(app, connection, &**connector, accounts).await,
    }
}

/// One log-in for all: whether it works for some account.
async fn shared(connector: &dyn Connector, account: &Account) -> Result<String, Failure> {
    let user = User { email: account.email.clone(), ..User::default() };
    let collections = connector.collections(&user).await?;
    Ok(format!("answers, with {} collections for {}", collections.len(), account.email))
}

/// A log-in for each account: whether all of them work.
async fn each(
    app: &App,
    connection: &Connection,
    connector: &dyn Connector,
    accounts: Vec<Account>,
) -> Result<String, Failure> {
    let mut log_ins = Vec::new();
    let mut reader = app.store().read().await?;
    for account in accounts {
        if let Some(access) = access::find(&mut reader, account.id, &connection.name).await? {
            log_ins.push((account, access));
        }
    }
    drop(reader);
    if log_ins.is_empty() {
        return Ok("not tried: no account has a log-in yet, see `lomme account connect`".to_owned());
    }
    let all = log_ins.len();
    let tried = stream::iter(log_ins).map(async |(account, access)| {
        let email = account.email.clone();
        if access.paused_at.is_some() {
            // Guessing on could lock it over there.
            let notice = access.notice.unwrap_or_default();
            return Some(format!("{email} is paused: {notice}"));
        }
        let Some(user) = app.user(&account, &access) else {
            return Some(format!("{email}: the log-in cannot be read with the key in the data folder"));
        };
        connector.collections(&user).await.err().map(|error| format!("{email}: {error}"))
    });
    let failed: Vec<String> = tried.buffered(AT_ONCE).filter_map(std::future::ready).collect().await;
    if failed.is_empty() {
        return Ok(format!("answers, for all accounts that use it ({all})"));
    }
    let more = failed.len().saturating_sub(NAMED);
    let named = failed.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(Failure::new(format!("for {} of {all} accounts: {named}{rest}", failed.len())))
}
