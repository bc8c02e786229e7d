//! What an administrator looks at first: what needs attention, how many devices there are, what was counted.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::Result;
use super::actor::Actor;
use crate::app::App;
use crate::model::id::OrganisationId;
use crate::store::device::Standing;
use crate::store::overview;
use crate::store::overview::What;
use crate::store::roster;
use crate::store::roster::Filter;
use crate::store::tally;
use crate::store::tally::Row;

/// Something that somebody should see to, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Devices that wait to be let in.
    Quarantined(i64),
    /// Log-ins at back offices that were refused.
    Paused(i64),
    /// Collections whose pull fails.
    Failing(i64),
    /// Devices that have not done yet what they were ordered.
    Ordered(i64),
}

/// What an administrator looks at first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// How many devices there are.
    pub devices: i64,
    /// How many of them were here within a day.
    pub active: i64,
    /// How many accounts.
    pub people: i64,
    /// What needs attention.
    pub attention: Vec<Attention>,
    /// Devices by program and version, the most first.
    pub shares: Vec<(String, String, i64)>,
    /// What was counted; of a whole organisation only.
    pub tallies: Vec<Row>,
    /// What went wrong, by program and version, the most first.
    pub errors: Vec<(String, i64)>,
}

/// An organisation as the actor sees it, with what was counted within a span.
pub async fn of(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    span: SignedDuration,
) -> Result<Overview> {
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    actor.sees(organisation)?;
    let (now, groups) = (app.now(), actor.groups());
    let mut reader = app.store().read().await?;
    let mut shares = BTreeMap::<(String, String), i64>::new();
    let (mut devices, mut quarantined) = (0, 0);
    for share in roster::shares(&mut reader, organisation, &groups).await? {
        devices += share.devices;
        if share.standing == Standing::Quarantined {
            quarantined += share.devices;
        }
        *shares.entry((share.family, share.version)).or_default() += share.devices;
    }
    let mut shares: Vec<(String, String, i64)> =
        shares.into_iter().map(|((family, version), devices)| (family, version, devices)).collect();
    shares.sort_by_key(|(_, _, devices)| std::cmp::Reverse(*devices));
    let mut count = async |what| overview::count(&mut reader, organisation, &groups, what).await;
    let people = count(What::Accounts).await?;
    let paused = count(What::Paused).await?;
    let failing = count(What::Failing).await?;
    let ordered = count(What::Ordered).await?;
    let filter = Filter { groups: groups.clone(), ..Filter::default() };
    let active = roster::active(&mut reader, organisation, &filter, now - DAY).await?;
    let tallies = if actor.is_administrator() {
        tally::since(&mut reader, organisation, now - span).await?
    } else {
        Vec::new()
    };
    let attention = [
        (quarantined, Attention::Quarantined(quarantined)),
        (paused, Attention::Paused(paused)),
        (failing, Attention::Failing(failing)),
        (ordered, Attention::Ordered(ordered)),
    ];
    let attention = attention.into_iter().filter(|(count, _)| *count > 0).map(|(_, attention)| attention);
    let errors = errors(&tallies);
    Ok(Overview { devices, active, people, attention: attention.collect(), shares, tallies, errors })
}

fn errors(rows: &[Row]) -> Vec<(String, i64)> {
    let mut sums = BTreeMap::<&str, i64>::new();
    for row in rows.iter().filter(|row| row.what == "errors") {
        *sums.entry(&row.which).or_default() += row.number;
    }
    let mut errors: Vec<(String, i64)> =
        sums.into_iter().map(|(which, number)| (which.to_owned(), number)).collect();
    errors.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    errors
}
