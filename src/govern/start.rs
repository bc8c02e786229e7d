//! An installation without any account: the code that it prints, and the first administrator whom the code lets in.
//!
//! The code follows from the key of the secrets and from how often the first administrator was made, so every node knows it,
//! a restart does not change it, and it is good for nothing once it was used.

use super::Error;
use super::Result;
use super::account;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app::App;
use crate::auth;
use crate::model::id::AccountId;
use crate::model::id::OrganisationId;
use crate::secret;
use crate::store;
use crate::store::Connection;
use crate::store::account::Account;
use crate::store::account::PasswordHash;
use crate::store::operator;
use crate::store::organisation;
use crate::store::retrying;

/// What the first administrator says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founder {
    /// The name of the organisation.
    pub organisation: String,
    /// The administrator's name.
    pub name: String,
    /// The address to log in with.
    pub email: String,
}

/// What was done that makes a code good for nothing.
const DEED: &str = "organisation.start";

/// Whether nobody has an account.
pub async fn is_empty(app: &App) -> store::Result<bool> {
    store::account::are_none(&mut *app.store().glance().await?).await
}

/// The code that lets the first administrator in; none where somebody has an account.
pub async fn code(app: &App) -> store::Result<Option<String>> {
    let mut reader = app.store().read().await?;
    if !store::account::are_none(&mut reader).await? {
        return Ok(None);
    }
    Ok(Some(present_code(app, &mut reader).await?))
}

/// Whether it is the code, and nobody has an account.
pub async fn is_code(app: &App, said: &str) -> store::Result<bool> {
    Ok(code(app).await?.is_some_and(|code| secret::is_same(&code, said)))
}

async fn present_code(app: &App, c: &mut Connection) -> store::Result<String> {
    let times = store::audit::count(c, DEED).await?;
    Ok(secret::letters(&app.vault().mark(&format!("start {times}"))))
}

/// Makes the first organisation and its administrator, who governs every other too. `NotAllowed`: the code is not good, or
/// somebody was quicker.
pub async fn found(app: &App, code: &str, founder: &Founder, password: &str) -> Result<AccountId> {
    let email = account::checked(&founder.email)?;
    if founder.organisation.trim().is_empty() {
        return Err(Error::Wrong("an organisation needs a name".to_owned()));
    }
    // The hash is dear, and not made for who has no code.
    if !is_code(app, code).await? {
        return Err(Error::NotAllowed);
    }
    let hash = auth::hash(password).await?;
    retrying(|| make(app, code, founder, (&email, &hash))).await
}

async fn make(
    app: &App,
    code: &str,
    founder: &Founder,
    (email, password): (&str, &PasswordHash),
) -> Result<AccountId> {
    let now = app.now();
    let mut tx = app.store().begin().await?;
    store::account::hold_all(&mut tx).await?;
    let is_good =
        store::account::are_none(&mut tx).await? && secret::is_same(&present_code(app, &mut tx).await?, code);
    if !is_good {
        return Err(Error::NotAllowed);
    }
    let fresh = OrganisationId(app.new_id());
    let organisation = organisation::find_or_create(&mut tx, founder.organisation.trim(), fresh).await?;
    let name = founder.name.trim();
    let name = if name.is_empty() { email.split('@').next().unwrap_or_default() } else { name };
    let made = Account {
        id: AccountId(app.new_id()),
        organisation: organisation.id,
        email: email.to_owned(),
        name: name.to_owned(),
        password: Some(password.clone()),
        is_administrator: true,
        zone: None,
        is_disabled: false,
        has_factor: false,
    };
    store::account::create(&mut tx, &made, now).await?;
    operator::add(&mut tx, made.id, now).await?;
    let object = format!("organisation:{}", organisation.id);
    let actor = Actor::owner(&made);
    let deed = Deed { action: DEED, object: &object, detail: "" };
    audit::record(&mut tx, &actor, organisation.id, deed, now).await?;
    account::record(&mut tx, &actor, &made, "account.add", "administrator", now).await?;
    account::record(&mut tx, &actor, &made, "operator.add", "", now).await?;
    tx.commit().await?;
    Ok(made.id)
}
