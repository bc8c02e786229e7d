//! Tokens of programs: made once and shown once, kept as a hash, bound to an organisation or to groups of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app::App;
use crate::model::id::GroupId;
use crate::model::id::OrganisationId;
use crate::model::id::TokenId;
use crate::store;
use crate::store::group;
use crate::store::retrying;
use crate::store::token;
use crate::store::token::Token;

/// What a token may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scope {
    /// Whether it may change anything.
    pub write: bool,
    /// The groups that it is bound to; none: its whole organisation.
    pub groups: Vec<GroupId>,
}

/// What every token begins with, so that one that leaked is recognised.
const PREFIX: &str = "lomme_";
/// When it was last used is kept to the hour: a program that asks all day must not cost a write each time.
const USED_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Makes a token; this is the only time that anybody sees it.
pub async fn add(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    name: &str,
    scope: &Scope,
) -> Result<(Token, String)> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::Wrong("a token needs a name that says what it is for".to_owned()));
    }
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(app.random::<32>()));
    let made = Token {
        organisation,
        id: TokenId(app.new_id()),
        name: name.to_owned(),
        scope: serde_json::to_string(scope).unwrap_or_default(),
        created_at: app.now(),
        used_at: None,
        revoked_at: None,
    };
    retrying(async || {
        let mut tx = app.store().begin().await?;
        actor.administers(organisation)?;
        let known = group::list(&mut tx, organisation).await?;
        if let Some(group) = scope.groups.iter().find(|id| !known.iter().any(|group| group.id == **id)) {
            return Err(Error::Missing { what: "group", name: group.to_string() });
        }
        token::create(&mut tx, &made, &hash(&secret)).await?;
        let object = format!("token:{}", made.id);
        let deed = Deed { action: "token.add", object: &object, detail: &made.scope };
        audit::record(&mut tx, actor, organisation, deed, made.created_at).await?;
        Ok(tx.commit().await?)
    })
    .await?;
    Ok((made, secret))
}

/// The tokens of an organisation, the newest first.
pub async fn list(app: &App, actor: &Actor, organisation: OrganisationId) -> Result<Vec<Token>> {
    actor.administers(organisation)?;
    Ok(token::list(&mut *app.store().read().await?, organisation).await?)
}

/// Makes a token good for nothing.
pub async fn revoke(app: &App, actor: &Actor, organisation: OrganisationId, id: TokenId) -> Result<()> {
    retrying(async || {
        let now = app.now();
        let mut tx = app.store().begin().await?;
        actor.administers(organisation)?;
        if !token::revoke(&mut tx, organisation, id, now).await? {
            return Err(Error::Missing { what: "token", name: id.to_string() });
        }
        let object = format!("token:{id}");
        let deed = Deed { action: "token.revoke", object: &object, detail: "" };
        audit::record(&mut tx, actor, organisation, deed, now).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Who a program is that shows this; none: nobody.
pub async fn actor(app: &App, secret: &str) -> store::Result<Option<Actor>> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let found = token::by_hash(&mut *app.store().glance().await?, &hash(secret)).await?;
    let Some(found) = found else { return Ok(None) };
    let now = app.now();
    if found.used_at.is_none_or(|used_at| now.duration_since(used_at) > USED_EVERY) {
        retrying(async || {
            let mut tx = app.store().begin().await?;
            token::used(&mut tx, &found, now).await?;
            tx.commit().await
        })
        .await?;
    }
    // A scope that does not read is one of nothing.
    let Ok(scope) = serde_json::from_str::<Scope>(&found.scope) else { return Ok(None) };
    Ok(Some(Actor::of_token(found.id, found.organisation, scope.groups, scope.write)))
}

/// The token is 256 bits of chance: nobody guesses it from its hash.
fn hash(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}
