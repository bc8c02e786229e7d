//! `lomme account`: who may log in, and with what at the back office.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use futures_util::StreamExt as _;
use futures_util::stream;

use super::Configured;
use super::Failure;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::app::new_key;
use crate::auth;
use crate::config::connection::Kind;
use crate::config::connection::LogIn;
use crate::connector;
use crate::connector::User;
use crate::model::id::OrganisationId;
use crate::store;
use crate::store::access;
use crate::store::account::Account;
use crate::store::account::PasswordHash;
use crate::store::organisation;
use crate::store::retrying;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an account; without --password-stdin a password is made and printed
    Add(Add),
    /// Add many: lines of email,name,password
    Import {
        /// The file, in UTF-8
        file: PathBuf,
        #[command(flatten)]
        at: Configured,
    },
    /// List the accounts
    List(Configured),
    /// Remove an account with its folders, items and devices
    Remove(One),
    /// Give an account another password
    Password {
        #[command(flatten)]
        one: One,
        /// Read it from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Switch ActiveSync off for an account
    Disable(One),
    /// Switch it on again
    Enable(One),
    /// Give an account its own log-in at a connection; the password comes from standard input
    Connect {
        #[command(flatten)]
        one: One,
        /// The connection's name in the configuration
        connection: String,
        /// The log-in name there
        #[arg(long)]
        user: String,
        /// Which of the user's companies, where there are several
        #[arg(long)]
        identity: Option<String>,
    },
    /// End an account's use of a connection; what was pulled stays
    Disconnect {
        #[command(flatten)]
        one: One,
        /// The connection's name in the configuration
        connection: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    one: One,
    /// The person's name
    #[arg(long, default_value = "")]
    name: String,
    /// Make it an administrator
    #[arg(long)]
    admin: bool,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
pub(super) struct One {
    /// The account's address
    email: String,
    #[command(flatten)]
    at: Configured,
}

pub(super) async fn run(command: Command) -> Outcome {
    match command {
        Command::Add(add) => self::add(&add).await,
        Command::Import { file, at } => import(&file, &at).await,
        Command::List(at) => list(&at).await,
        Command::Remove(one) => remove(&one).await,
        Command::Password { one, password_stdin } => password(&one, password_stdin).await,
        Command::Disable(one) => disable(&one, true).await,
        Command::Enable(one) => disable(&one, false).await,
        Command::Connect { one, connection, user, identity } => {
            connect(&one, &connection, user, identity).await
        }
        Command::Disconnect { one, connection } => disconnect(&one, &connection).await,
    }
}

async fn add(add: &Add) -> Outcome {
    let email = checked(&add.one.email)?;
    let app = super::open(&add.one.at).await?;
    let given = if add.password_stdin { Some(super::password_from_stdin()?) } else { None };
    let password = given.clone().unwrap_or_else(|| super::new_password(&app));
    let hash = auth::hash(&password).await?;
    if !retrying(|| create(&app, &email, &add.name, add.admin, hash.clone())).await? {
        return Err(Failure::new(format!("there is an account {email} already")));
    }
    match given {
        Some(_) => say(&format!("added {email}"))?,
        None => say(&format!("added {email} with the password {password}"))?,
    }
    Ok(())
}

/// False: the address is taken.
async fn create(
    app: &App,
    email: &str,
    name: &str,
    is_administrator: bool,
    password: PasswordHash,
) -> Result<bool, store::Error> {
    let mut tx = app.store().begin().await?;
    if store::account::by_email(&mut tx, email).await?.is_some() {
        return Ok(false);
    }
    let organisation = &app.config().organisation.name;
    let organisation =
        organisation::find_or_create(&mut tx, organisation, OrganisationId(app.new_id())).await?;
    let name = if name.is_empty() { email.split('@').next().unwrap_or_default() } else { name };
    let account = Account {
        id: super::new_account_id(app),
        organisation: organisation.id,
        email: email.to_owned(),
        name: name.to_owned(),
        password: Some(password),
        is_administrator,
        zone: None,
        is_disabled: false,
    };
    store::account::create(&mut tx, &account, app.now()).await?;
    tx.commit().await?;
    Ok(true)
}

fn checked(email: &str) -> Result<String, Failure> {
    let email = store::account::fold(email);
    let is_address = email.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains([' ', '\\', ':', ','])
    });
    if is_address {
        Ok(email)
    } else {
        Err(Failure::new(format!("{email} is no address; write it as kari@fjord.example")))
    }
}

/// A line of the file: its number, address, name, password.
struct Row {
    line: usize,
    email: String,
    name: String,
    password: String,
}

async fn import(file: &PathBuf, at: &Configured) -> Outcome {
    let cannot = |error| Failure::new(format!("cannot read {}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(cannot)?;
    let rows = rows(&text).map_err(|failure| failure.at(&format!("{}, ", file.display())))?;
    let app = super::open(at).await?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Hashing is what takes time; the file's order is kept for the messages.
    let mut hashed =
        stream::iter(rows).map(|row| async move { (auth::hash(&row.password).await, row) }).buffered(cores);
    let (mut added, mut there) = (0_u64, 0_u64);
    while let Some((hash, row)) = hashed.next().await {
        let hash = hash?;
        if retrying(|| create(&app, &row.email, &row.name, false, hash.clone())).await? {
            added += 1;
        } else {
            say(&format!("line {}: there is an account {} already", row.line, row.email))?;
            there += 1;
        }
    }
    say(&format!("added {added}, left {there} as they were"))?;
    Ok(())
}

fn rows(text: &str) -> Result<Vec<Row>, Failure> {
    let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    // A first line that names the columns is no account.
    let accounts = filled.filter(|(line, text)| *line != 1 || text.contains('@'));
    accounts
        .map(|(line, text)| {
            let wrong = |what: &str| Failure::new(format!("line {line}: {what}"));
            let [email, name, password] = <[String; 3]>::try_from(cells(text))
                .map_err(|_| wrong("write email,name,password; quote what holds a comma"))?;
            let email = checked(&email).map_err(|failure| failure.at(&format!("line {line}: ")))?;
            if password.is_empty() {
                return Err(wrong("the password is missing"));
            }
            Ok(Row { line, email, name, password })
        })
        .collect()
}

/// The cells of a line (RFC 4180); a quoted one may hold commas, and quotes twice.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let Some(cell) = cells.last_mut() else { break };
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            other => cell.push(other),
        }
    }
    cells
}

async fn list(at: &Configured) -> Outcome {
    let app = super::open(at).await?;
    let mut reader = app.store().read().await?;
    for account in store::account::list(&mut reader).await? {
        let role = if account.is_administrator { "administrator" } else { "user" };
        let state = if account.is_disabled { "disabled" } else { "enabled" };
        // The number is what the log calls it.
        let mut line = format!("{}\t{}\t{role}\t{state}\t{}", account.email, account.name, account.id);
        for access in access::of_account(&mut reader, account.id).await? {
            let state = if access.paused_at.is_some() { "is paused" } else { "has trouble" };
            if let Some(notice) = access.notice {
                line.push_str(&format!("\t{} {state}: {notice}", access.connection));
            }
        }
        say(&line)?;
    }
    Ok(())
}

async fn remove(one: &One) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    retrying(async || {
        let mut tx = app.store().begin().await?;
        store::account::remove(&mut tx, account.id).await?;
        tx.commit().await
    })
    .await?;
    say(&format!("removed {}", account.email))?;
    Ok(())
}

async fn password(one: &One, from_stdin: bool) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    let password = if from_stdin { super::password_from_stdin()? } else { super::new_password(&app) };
    let hash = auth::hash(&password).await?;
    retrying(async || {
        let mut tx = app.store().begin().await?;
        store::account::set_password(&mut tx, account.id, &hash).await?;
        tx.commit().await
    })
    .await?;
    if from_stdin {
        say(&format!("{} has another password", account.email))?;
    } else {
        say(&format!("{} has the password {password}", account.email))?;
    }
    Ok(())
}

async fn disable(one: &One, is_disabled: bool) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    retrying(async || {
        let mut tx = app.store().begin().await?;
        store::account::set_disabled(&mut tx, account.id, is_disabled.then(|| app.now())).await?;
        tx.commit().await
    })
    .await?;
    say(&format!("{} is {}", account.email, if is_disabled { "disabled" } else { "enabled" }))?;
    Ok(())
}

async fn connect(one: &One, name: &str, user: String, identity: Option<String>) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    let connected = app.connections().find(name).filter(|one| one.serves(account.organisation));
    let connected = connected.ok_or_else(|| Failure::new(format!("there is no connection `{name}`")))?;
    let connection = &connected.settings;
    if connection.kind == Kind::Local || connection.log_in == LogIn::Organisation {
        return Err(Failure::new(format!("`{name}` has one log-in for all accounts; see `log_in`")));
    }
    let password = super::password_from_stdin()?;
    let email = account.email.clone();
    let who = User {
        email,
        name: Some(user.clone()),
        password: Some(password.clone()),
        identity: identity.clone(),
    };
    let tried = match &connected.connector {
        Some(connector) => connector.collections(&who).await.map(drop),
        None => Ok(()),
    };
    match tried {
        Ok(()) => {}
        Err(error @ (connector::Error::LogIn(_) | connector::Error::Refused(_))) => return Err(error.into()),
        // It may be down just now; the pull will tell.
        Err(error) => say(&format!("could not try the log-in: {error}"))?,
    }
    let sealed = app.vault().seal(account.id, name, app.random(), &password);
    let sealed = sealed.ok_or_else(|| Failure::new("the password could not be sealed"))?;
    let log_in =
        access::LogIn { user_name: Some(&user), secret: Some(&sealed), identity: identity.as_deref() };
    retrying(async || {
        let mut tx = app.store().begin().await?;
        access::set(&mut tx, account.id, name, log_in, app.now()).await?;
        tx.commit().await
    })
    .await?;
    say(&format!("{} uses {name} as {user}", account.email))?;
    Ok(())
}

async fn disconnect(one: &One, name: &str) -> Outcome {
    let app = super::open(&one.at).await?;
    let account = super::account(&app, &one.email).await?;
    retrying(async || {
        let mut tx = app.store().begin().await?;
        access::remove(&mut tx, account.id, name, &new_key(), app.now()).await?;
        tx.commit().await
    })
    .await?;
    say(&format!("{} does not use {name} any more", account.email))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_accounts_is_read_with_its_quotes() {
        let text = "\u{feff}email,name,password\r\nKari@Fjord.example,\"Nordmann, Kari\",a\"b\r\n\r\n\
                    ola@fjord.example,Ola \"\"Dahl,\"x,\"\"y\"\n";
        let rows = rows(text).ok().unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.line, row.email.as_str(), row.name.as_str(), row.password.as_str()))
            .collect();
        assert_eq!(found[0], (2, "kari@fjord.example", "Nordmann, Kari", "a\"b"));
        assert_eq!((found[1].0, found[1].3), (4, "x,\"y"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let Err(Failure::Said(message)) = rows("kari@fjord.example,Kari,x\nola,Ola,x") else { panic!() };
        assert_eq!(message, "line 2: ola is no address; write it as kari@fjord.example");
        let Err(Failure::Said(message)) = rows("kari@fjord.example,Kari") else { panic!() };
        assert_eq!(message, "line 1: write email,name,password; quote what holds a comma");
    }
}
