//! Accounts: who may log in and with what, added one by one or many, and what they are to their organisation.

use jiff::Timestamp;

use super::Error;
use super::Result;
use super::actor::Actor;
use super::actor::Role;
use super::audit;
use super::audit::Deed;
use super::audit::of_account;
use crate::app::App;
use crate::auth;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::secret;
use crate::store;
use crate::store::Tx;
use crate::store::account;
use crate::store::account::Account;
use crate::store::account::PasswordHash;
use crate::store::factor;
use crate::store::group;
use crate::store::group::Membership;
use crate::store::organisation;
use crate::store::retrying;

/// An account to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct New {
    /// Its address.
    pub email: String,
    /// The person's name; the address's beginning where there is none.
    pub name: String,
    /// What to log in with; none: one is made.
    pub password: Option<String>,
    /// Whether it has none, and logs in with that of its mailbox (`log_in.by` in the configuration).
    pub has_no_password: bool,
    /// Whether it administers its organisation.
    pub is_administrator: bool,
}

/// An account that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its number.
    pub id: AccountId,
    /// Its address.
    pub email: String,
    /// The password that was made for it; nobody can read it again.
    pub password: Option<String>,
}

/// An account with what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The account.
    pub account: Account,
    /// What it is to its organisation.
    pub role: Role,
    /// The groups that it is in.
    pub groups: Vec<Membership>,
}

/// Something that is done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// ActiveSync is switched off for it.
    Disable,
    /// It is switched on again.
    Enable,
    /// It administers its organisation.
    Promote,
    /// It is a user.
    Demote,
}

impl Change {
    const fn action(self) -> &'static str {
        match self {
            Self::Disable => "account.disable",
            Self::Enable => "account.enable",
            Self::Promote => "account.promote",
            Self::Demote => "account.demote",
        }
    }
}

/// The form in which an address is kept, if it is one.
pub fn checked(email: &str) -> Result<String> {
    let email = account::fold(email);
    let wrong = || Error::Wrong(format!("{email} is no address; write it as kari@fjord.example"));
    if auth::is_address(&email) { Ok(email) } else { Err(wrong()) }
}

/// A password that can be typed on a phone: 16 letters and digits that nobody takes for others.
pub fn new_password(app: &App) -> String {
    secret::letters(&app.random::<16>())
}

/// Makes an account, in the actor's organisation or, of one that governs all, in that of the configuration.
pub async fn add(app: &App, actor: &Actor, new: &New) -> Result<Made> {
    let email = checked(&new.email)?;
    if new.has_no_password {
        needs_checker(app)?;
        let id = retrying(|| create(app, actor, &email, new, None)).await?;
        return Ok(Made { id, email, password: None });
    }
    let made = new.password.is_none().then(|| new_password(app));
    let password = new.password.as_ref().or(made.as_ref()).map_or("", String::as_str);
    if password.is_empty() {
        return Err(Error::Wrong("the password is missing".to_owned()));
    }
    let hash = auth::hash(password).await?;
    let id = retrying(|| create(app, actor, &email, new, Some(hash.clone()))).await?;
    Ok(Made { id, email, password: made })
}

async fn create(
    app: &App,
    actor: &Actor,
    email: &str,
    new: &New,
    password: Option<PasswordHash>,
) -> Result<AccountId> {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let organisation = home(app, actor, &mut tx).await?;
    actor.administers(organisation)?;
    if account::by_email(&mut tx, email).await?.is_some() {
        return Err(Error::Taken { what: "an account", name: email.to_owned() });
    }
    let name = new.name.trim();
    let name = if name.is_empty() { email.split('@').next().unwrap_or_default() } else { name };
    let made = Account {
        id: AccountId(app.new_id()),
        organisation,
        email: email.to_owned(),
        name: name.to_owned(),
        password,
        is_administrator: new.is_administrator,
        zone: None,
        is_disabled: false,
        has_factor: false,
    };
    account::create(&mut tx, &made, now).await?;
    let detail = if new.is_administrator { "administrator" } else { "" };
    record(&mut tx, actor, &made, "account.add", detail, now).await?;
    tx.commit().await?;
    Ok(made.id)
}

/// Where new accounts go.
async fn home(app: &App, actor: &Actor, tx: &mut Tx) -> Result<OrganisationId> {
    match actor.organisation() {
        Some(organisation) => Ok(organisation),
        None => {
            let (name, fresh) = (&app.config().organisation.name, OrganisationId(app.new_id()));
            Ok(organisation::find_or_create(tx, name, fresh).await?.id)
        }
    }
}

/// Accounts of an organisation by address, after one; all that the actor governs, or those with a text in them.
pub async fn page(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    (search, after): (&str, &str),
    limit: i64,
) -> Result<Vec<Shown>> {
    actor.sees(organisation)?;
    let mut reader = app.store().read().await?;
    let found = account::page(&mut reader, organisation, (search, &actor.groups()), after, limit).await?;
    let mut shown = Vec::with_capacity(found.len());
    for account in found {
        let groups = group::of_account(&mut reader, account.id).await?;
        shown.push(Shown { role: Role::of(&account, &groups), account, groups });
    }
    Ok(shown)
}

/// One account, with what it is.
pub async fn find(app: &App, actor: &Actor, id: AccountId) -> Result<Shown> {
    let mut reader = app.store().read().await?;
    let account = actor.account(&mut reader, id).await?;
    let groups = group::of_account(&mut reader, account.id).await?;
    Ok(Shown { role: Role::of(&account, &groups), account, groups })
}

/// Does something to an account.
pub async fn change(app: &App, actor: &Actor, id: AccountId, change: Change) -> Result<()> {
    retrying(async || {
        let now = app.now();
        let mut tx = app.store().begin().await?;
        let account = actor.account(&mut tx, id).await?;
        actor.may_take_over(&mut tx, &account).await?;
        match change {
            Change::Disable => account::set_disabled(&mut tx, id, Some(now)).await?,
            Change::Enable => account::set_disabled(&mut tx, id, None).await?,
            Change::Promote | Change::Demote => {
                actor.administers(account.organisation)?;
                let at = (change == Change::Promote).then_some(now);
                account::set_administrator(&mut tx, id, at).await?;
            }
        }
        record(&mut tx, actor, &account, change.action(), "", now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Gives an account another password: the one given, or one that is made and returned.
pub async fn reset_password(
    app: &App,
    actor: &Actor,
    id: AccountId,
    given: Option<&str>,
) -> Result<Option<String>> {
    let made = given.is_none().then(|| new_password(app));
    let password = given.or(made.as_deref()).unwrap_or_default();
    if password.is_empty() {
        return Err(Error::Wrong("the password is missing".to_owned()));
    }
    let hash = auth::hash(password).await?;
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let account = actor.account(&mut tx, id).await?;
        actor.may_take_over(&mut tx, &account).await?;
        account::set_password(&mut tx, id, &hash).await?;
        record(&mut tx, actor, &account, "account.password", "", app.now()).await?;
        Ok::<_, Error>(tx.commit().await?)
    })
    .await?;
    Ok(made)
}

/// Takes an account's password away: it logs in with that of its mailbox from then on.
pub async fn remove_password(app: &App, actor: &Actor, id: AccountId) -> Result<()> {
    needs_checker(app)?;
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let account = actor.account(&mut tx, id).await?;
        actor.may_take_over(&mut tx, &account).await?;
        account::remove_password(&mut tx, id).await?;
        record(&mut tx, actor, &account, "account.password", "none", app.now()).await?;
        Ok::<_, Error>(tx.commit().await?)
    })
    .await
}

/// Takes the second factor from an account, whose owner has neither the program nor a code.
pub async fn reset_factor(app: &App, actor: &Actor, id: AccountId) -> Result<()> {
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let account = actor.account(&mut tx, id).await?;
        actor.may_take_over(&mut tx, &account).await?;
        factor::switch_off(&mut tx, id).await?;
        record(&mut tx, actor, &account, "account.factor", "off", app.now()).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Who has no password of his own is let in by a mail server, if by anybody.
fn needs_checker(app: &App) -> Result<()> {
    if app.config().log_in.by.is_some() {
        return Ok(());
    }
    let message = "nobody checks its password: say who does, with `by` in `[log_in]` of the configuration";
    Err(Error::Wrong(message.to_owned()))
}

pub(super) async fn record(
    tx: &mut Tx,
    actor: &Actor,
    account: &Account,
    action: &str,
    detail: &str,
    now: Timestamp,
) -> store::Result<()> {
    let deed = Deed { action, object: &of_account(account.id), detail };
    audit::record(tx, actor, account.organisation, deed, now).await
}

/// A line of a file of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number, from 1.
    pub line: usize,
    /// The account.
    pub new: New,
}

/// Reads a file of accounts: `email,name,password` a line (RFC 4180).
/// A first line that names the columns is no account.
pub fn rows(text: &str) -> Result<Vec<Row>> {
    let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    let accounts = filled.filter(|(line, text)| *line != 1 || text.contains('@'));
    accounts
        .map(|(line, text)| {
            let wrong = |what: &str| Error::Wrong(format!("line {line}: {what}"));
            let [email, name, password] = <[String; 3]>::try_from(cells(text))
                .map_err(|_| wrong("write email,name,password; quote what holds a comma"))?;
            let email = checked(&email).map_err(|error| wrong(&error.to_string()))?;
            if password.is_empty() {
                return Err(wrong("the password is missing"));
            }
            let new = New { email, name, password: Some(password), ..New::default() };
            Ok(Row { line, new })
        })
        .collect()
}

/// The cells of a line; a quoted one may hold commas, and quotes twice.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_accounts_is_read_with_its_quotes() {
        let text = "\u{feff}email,name,password\r\nKari@Fjord.example,\"Nordmann, Kari\",a\"b\r\n\r\n\
                    ola@fjord.example,Ola \"\"Dahl,\"x,\"\"y\"\n";
        let rows = rows(text).unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row.line, &*row.new.email, &*row.new.name, row.new.password.as_deref().unwrap()))
            .collect();
        assert_eq!(found[0], (2, "kari@fjord.example", "Nordmann, Kari", "a\"b"));
        assert_eq!((found[1].0, found[1].3), (4, "x,\"y"));
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(rows(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_wrong_line_is_named() {
        check(
            "kari@fjord.example,Kari,x\nola,Ola,x",
            "line 2: ola is no address; write it as kari@fjord.example",
        );
        check("kari@fjord.example,Kari", "line 1: write email,name,password; quote what holds a comma");
        check("kari@fjord.example,Kari,", "line 1: the password is missing");
    }
}
