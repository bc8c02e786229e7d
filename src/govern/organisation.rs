//! Organisations, and what is set for a whole one: who is let in, who wins in a conflict, whether phones may be wiped.

use super::Error;
use super::Result;
use super::actor::Actor;
use super::audit;
use super::audit::Deed;
use crate::app::App;
use crate::model::access::Rules;
use crate::model::class::Class;
use crate::model::id::OrganisationId;
use crate::store::organisation;
use crate::store::organisation::Organisation;
use crate::store::organisation::Settings;
use crate::store::retrying;
use crate::sync::conflict::Policy;

/// What is set for an organisation, over the configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// Who wins where two sides changed an item of a class; none: as configured.
    Conflict(Class, Option<Policy>),
    /// Which devices are let in.
    Access(Rules),
    /// Whether people say for themselves who wins.
    OwnConflict(bool),
    /// Whether a whole device may be wiped.
    WholeWipe(bool),
    /// Whether administrators need a second factor.
    Factor(bool),
}

/// What has conflicts at all.
pub const CLASSES: [Class; 4] = [Class::Calendar, Class::Contacts, Class::Tasks, Class::Notes];

/// The organisations that the actor governs.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Organisation>> {
    let mut all = organisation::list(&mut *app.store().read().await?).await?;
    all.retain(|organisation| actor.sees(organisation.id).is_ok());
    Ok(all)
}

/// The one that the actor governs.
pub async fn find(app: &App, actor: &Actor, id: OrganisationId) -> Result<Organisation> {
    actor.sees(id)?;
    let found = organisation::by_id(&mut *app.store().read().await?, id).await?;
    found.ok_or_else(|| Error::Missing { what: "organisation", name: id.to_string() })
}

/// The one of that name.
pub async fn named(app: &App, actor: &Actor, name: &str) -> Result<Organisation> {
    let found = list(app, actor).await?.into_iter().find(|organisation| organisation.name == name);
    found.ok_or_else(|| Error::Missing { what: "organisation", name: name.to_owned() })
}

/// Makes one: for who governs all of them.
pub async fn add(app: &App, actor: &Actor, name: &str) -> Result<Organisation> {
    actor.governs_all()?;
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::Wrong("an organisation needs a name".to_owned()));
    }
    let fresh = OrganisationId(app.new_id());
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let made = organisation::find_or_create(&mut tx, name, fresh).await?;
        if made.id != fresh {
            return Err(Error::Taken { what: "an organisation", name: name.to_owned() });
        }
        let object = format!("organisation:{fresh}");
        let deed = Deed { action: "organisation.add", object: &object, detail: "" };
        audit::record(&mut tx, actor, fresh, deed, app.now()).await?;
        tx.commit().await?;
        Ok(made)
    })
    .await
}

/// Calls one otherwise: for who governs all of them.
pub async fn rename(app: &App, actor: &Actor, id: OrganisationId, name: &str) -> Result<()> {
    actor.governs_all()?;
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::Wrong("an organisation needs a name".to_owned()));
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        let all = organisation::list(&mut tx).await?;
        if !all.iter().any(|known| known.id == id) {
            return Err(Error::Missing { what: "organisation", name: id.to_string() });
        }
        if all.iter().any(|known| known.id != id && known.name == name) {
            return Err(Error::Taken { what: "an organisation", name: name.to_owned() });
        }
        organisation::rename(&mut tx, id, name).await?;
        let object = format!("organisation:{id}");
        let deed = Deed { action: "organisation.rename", object: &object, detail: "" };
        audit::record(&mut tx, actor, id, deed, app.now()).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Sets something for a whole organisation; it counts at once.
pub async fn set(app: &App, actor: &Actor, id: OrganisationId, setting: &Setting) -> Result<()> {
    if let Setting::Access(rules) = setting
        && rules.rules.iter().any(|rule| rule.is.trim().is_empty())
    {
        return Err(Error::Wrong("a rule has to say what it is about; * stands for anything".to_owned()));
    }
    retrying(async || {
        let mut tx = app.store().begin().await?;
        actor.administers(id)?;
        let found = organisation::by_id(&mut tx, id).await?;
        let Some(Organisation { mut settings, .. }) = found else {
            return Err(Error::Missing { what: "organisation", name: id.to_string() });
        };
        let (action, detail) = apply(&mut settings, setting);
        organisation::set_settings(&mut tx, id, &settings).await?;
        let object = format!("organisation:{id}");
        let deed = Deed { action, object: &object, detail: &detail };
        audit::record(&mut tx, actor, id, deed, app.now()).await?;
        Ok(tx.commit().await?)
    })
    .await
}

fn apply(settings: &mut Settings, setting: &Setting) -> (&'static str, String) {
    match setting {
        Setting::Conflict(class, policy) => {
            match policy {
                Some(policy) => settings.conflict.insert(*class, *policy),
                None => settings.conflict.remove(class),
            };
            let policy = policy.map_or("as configured", Policy::as_str);
            ("organisation.conflict", format!("{}: {policy}", class.as_str()))
        }
        Setting::Access(rules) => {
            settings.access = rules.clone();
            ("organisation.access", serde_json::to_string(rules).unwrap_or_default())
        }
        Setting::Factor(is_on) => {
            settings.administrators_need_factor = *is_on;
            ("organisation.factor", if *is_on { "on" } else { "off" }.to_owned())
        }
        Setting::OwnConflict(is_on) => {
            settings.own_conflict = *is_on;
            ("organisation.own-conflict", if *is_on { "on" } else { "off" }.to_owned())
        }
        Setting::WholeWipe(is_on) => {
            settings.whole_wipe = *is_on;
            ("organisation.whole-wipe", if *is_on { "on" } else { "off" }.to_owned())
        }
    }
}
