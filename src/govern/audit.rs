//! Who did what: each row holds the hash of the one before, so that none can be changed or taken out unseen.
//!
//! Rows name people and devices by number: what a person had removed is not kept here.

use jiff::Timestamp;
use sha2::Digest as _;
use sha2::Sha256;

use super::Result;
use super::actor::Actor;
use super::actor::Who;
use crate::app::App;
use crate::model::id::AccountId;
use crate::model::id::DeviceNumber;
use crate::model::id::OrganisationId;
use crate::store;
use crate::store::Tx;
use crate::store::audit;
use crate::store::audit::Link;

/// Something that was done.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// What, as `account.disable`.
    pub action: &'a str,
    /// To whom or what; see [`of_account`] and [`of_device`].
    pub object: &'a str,
    /// The particulars, without names and addresses.
    pub detail: &'a str,
}

/// What a check of a chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is as it was written; so many links.
    Whole(i64),
    /// From this link on it is not.
    BrokenAt(i64),
}

/// How an account is called here.
pub fn of_account(account: AccountId) -> String {
    format!("account:{account}")
}

/// How a device is called here.
pub fn of_device(account: AccountId, number: DeviceNumber) -> String {
    format!("device:{account}:{number}")
}

/// Adds a link, in the transaction that does what it tells of.
pub(super) async fn record(
    tx: &mut Tx,
    actor: &Actor,
    organisation: OrganisationId,
    deed: Deed<'_>,
    now: Timestamp,
) -> store::Result<()> {
    let end = audit::end(tx, organisation).await?;
    let (last, previous) = end.map_or((0, String::new()), |link| (link.id, link.hash));
    let mut link = Link {
        id: last.saturating_add(1),
        at: now,
        actor: name(actor.who()),
        action: deed.action.to_owned(),
        object: deed.object.to_owned(),
        detail: deed.detail.to_owned(),
        previous,
        hash: String::new(),
    };
    link.hash = hash(organisation, &link);
    audit::add(tx, organisation, &link).await
}

fn name(who: Who) -> String {
    match who {
        Who::CommandLine => "command line".to_owned(),
        Who::Account(account) => of_account(account),
        Who::Token(token) => format!("token:{token}"),
        Who::Server => "server".to_owned(),
    }
}

/// The hash of a link: of all that it says, each part with its length before it.
fn hash(organisation: OrganisationId, link: &Link) -> String {
    let numbers = [organisation.0, link.id, link.at.as_microsecond()].map(|number| number.to_string());
    let parts = [&link.actor, &link.action, &link.object, &link.detail, &link.previous].map(String::as_str);
    let mut digest = Sha256::new();
    for part in numbers.iter().map(String::as_str).chain(parts) {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first link that is not as it was written, of some in their order after the one with `previous` as its hash.
fn broken(organisation: OrganisationId, after: (i64, &str), links: &[Link]) -> Option<i64> {
    let (mut last, mut previous) = after;
    for link in links {
        let is_next = link.id == last.saturating_add(1) && link.previous == previous;
        if !is_next || link.hash != hash(organisation, link) {
            return Some(last.saturating_add(1));
        }
        (last, previous) = (link.id, &link.hash);
    }
    None
}

/// Checks the whole chain of an organisation.
pub async fn check(app: &App, actor: &Actor, organisation: OrganisationId) -> Result<Verdict> {
    const AT_A_TIME: i64 = 1_000;
    actor.sees(organisation)?;
    let mut reader = app.store().read().await?;
    let (mut last, mut previous) = (0, String::new());
    loop {
        let links = audit::after(&mut reader, organisation, last, AT_A_TIME).await?;
        if let Some(at) = broken(organisation, (last, &previous), &links) {
            return Ok(Verdict::BrokenAt(at));
        }
        let Some(end) = links.last() else { return Ok(Verdict::Whole(last)) };
        (last, previous) = (end.id, end.hash.clone());
    }
}

/// Some links, the newest first; what is of a whole organisation is for its administrators.
pub async fn page(
    app: &App,
    actor: &Actor,
    organisation: OrganisationId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Link>> {
    actor.sees(organisation)?;
    if !actor.is_administrator() {
        return Err(super::Error::NotAllowed);
    }
    Ok(audit::page(&mut *app.store().read().await?, organisation, before, limit).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FJORD: OrganisationId = OrganisationId(1);

    fn chain(count: i64) -> Vec<Link> {
        let mut links: Vec<Link> = Vec::new();
        for id in 1..=count {
            let mut link = Link {
                id,
                at: Timestamp::UNIX_EPOCH,
                actor: "command line".to_owned(),
                action: "device.block".to_owned(),
                object: of_device(AccountId(7), DeviceNumber(id)),
                detail: String::new(),
                previous: links.last().map_or_else(String::new, |link| link.hash.clone()),
                hash: String::new(),
            };
            link.hash = hash(FJORD, &link);
            links.push(link);
        }
        links
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Vec<Link>), expected: Option<i64>) {
        let mut links = chain(4);
        change(&mut links);
        assert_eq!(broken(FJORD, (0, ""), &links), expected);
    }

    #[test]
    fn the_first_link_that_was_touched_is_found() {
        check(|_| {}, None);
        check(|links| links[1].object = of_device(AccountId(7), DeviceNumber(9)), Some(2));
        check(|links| links[3].at = Timestamp::MAX, Some(4));
        check(|links| drop(links.remove(2)), Some(3));
        check(|links| drop(links.remove(0)), Some(1));
        // Whoever makes a hash anew for what they changed breaks the next link.
        check(
            |links| {
                links[1].detail = "nothing happened".to_owned();
                links[1].hash = hash(FJORD, &links[1]);
            },
            Some(3),
        );
    }

    #[test]
    fn words_do_not_flow_into_each_other() {
        let link = chain(1).remove(0);
        let other =
            Link { action: "device.".to_owned(), object: format!("block{}", link.object), ..link.clone() };
        assert_ne!(hash(FJORD, &link), hash(FJORD, &other));
        assert_ne!(hash(FJORD, &link), hash(OrganisationId(2), &link));
    }
}
