//! Who acts, and whom they may act upon. Does nothing itself.

use serde::Deserialize;
use serde::Serialize;

use super::Error;
use super::Result;
use crate::model::id::AccountId;
use crate::model::id::GroupId;
use crate::model::id::OrganisationId;
use crate::model::id::TokenId;
use crate::store;
use crate::store::Connection;
use crate::store::account::Account;
use crate::store::group;
use crate::store::group::Membership;
use crate::store::operator;

/// Somebody who governs something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    who: Who,
    reach: Reach,
    may_write: bool,
}

/// Who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever has the configuration, and so everything.
    CommandLine,
    /// A person with an account.
    Account(AccountId),
    /// A program.
    Token(TokenId),
    /// Nobody: the server saw a device do what it was ordered.
    Server,
}

/// What an account is to its organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It uses it.
    User,
    /// It administers one or more of its groups.
    GroupAdministrator,
    /// It administers all of it.
    Administrator,
}

/// How far somebody's power goes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    All,
    Organisation(OrganisationId),
    Groups(OrganisationId, Vec<GroupId>),
    /// The devices of this account alone: it governs nobody.
    Own(OrganisationId, AccountId),
}

impl Role {
    /// What an account is, by itself and by its groups.
    pub fn of(account: &Account, memberships: &[Membership]) -> Self {
        if account.is_administrator {
            Self::Administrator
        } else if memberships.iter().any(|membership| membership.is_administrator) {
            Self::GroupAdministrator
        } else {
            Self::User
        }
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::GroupAdministrator => "group-administrator",
            Self::Administrator => "administrator",
        }
    }
}

impl Actor {
    /// Whoever runs commands on the machine.
    pub const fn command_line() -> Self {
        Self { who: Who::CommandLine, reach: Reach::All, may_write: true }
    }

    /// The server itself.
    pub(super) const fn server() -> Self {
        Self { who: Who::Server, reach: Reach::All, may_write: true }
    }

    /// The person of an account; none for one who governs nothing.
    pub async fn of_account(c: &mut Connection, account: &Account) -> store::Result<Option<Self>> {
        let who = Who::Account(account.id);
        if account.is_administrator {
            let reach = Reach::Organisation(account.organisation);
            return Ok(Some(Self { who, reach, may_write: true }));
        }
        let memberships = group::of_account(c, account.id).await?;
        let governed = memberships.iter().filter(|membership| membership.is_administrator);
        let groups: Vec<GroupId> = governed.map(|membership| membership.group).collect();
        let reach = Reach::Groups(account.organisation, groups.clone());
        Ok((!groups.is_empty()).then_some(Self { who, reach, may_write: true }))
    }

    /// The same where it may be one who governs every organisation: over the one that is chosen, else over its own.
    pub async fn within(
        c: &mut Connection,
        account: &Account,
        chosen: Option<OrganisationId>,
    ) -> store::Result<Option<Self>> {
        if !operator::is_one(c, account.id).await? {
            return Self::of_account(c, account).await;
        }
        let found = match chosen {
            Some(chosen) => store::organisation::by_id(c, chosen).await?,
            None => None,
        };
        let reach = Reach::Organisation(found.map_or(account.organisation, |found| found.id));
        Ok(Some(Self { who: Who::Account(account.id), reach, may_write: true }))
    }

    /// The person of an account that governs every organisation; none for any other.
    pub async fn operator(c: &mut Connection, account: &Account) -> store::Result<Option<Self>> {
        let is_one = operator::is_one(c, account.id).await?;
        Ok(is_one.then_some(Self { who: Who::Account(account.id), reach: Reach::All, may_write: true }))
    }

    /// The person of an account, over nothing but the account's devices.
    pub fn owner(account: &Account) -> Self {
        let reach = Reach::Own(account.organisation, account.id);
        Self { who: Who::Account(account.id), reach, may_write: true }
    }

    /// The program with a token; no groups stand for the whole organisation.
    pub(super) fn of_token(
        id: TokenId,
        organisation: OrganisationId,
        groups: Vec<GroupId>,
        may_write: bool,
    ) -> Self {
        let reach = if groups.is_empty() {
            Reach::Organisation(organisation)
        } else {
            Reach::Groups(organisation, groups)
        };
        Self { who: Who::Token(id), reach, may_write }
    }

    /// Who it is.
    pub fn who(&self) -> Who {
        self.who
    }

    /// Whether it may change anything.
    pub fn may_write(&self) -> bool {
        self.may_write
    }

    /// Whether it governs a whole organisation, not only groups of it.
    pub fn is_administrator(&self) -> bool {
        matches!(self.reach, Reach::All | Reach::Organisation(_))
    }

    /// Its organisation; none for who governs all of them.
    pub fn organisation(&self) -> Option<OrganisationId> {
        match &self.reach {
            Reach::All => None,
            Reach::Organisation(organisation)
            | Reach::Groups(organisation, _)
            | Reach::Own(organisation, _) => Some(*organisation),
        }
    }

    /// Its groups, as `group::among` makes them: empty for who is not bound to any.
    pub(super) fn groups(&self) -> String {
        match &self.reach {
            Reach::All | Reach::Organisation(_) | Reach::Own(..) => String::new(),
            Reach::Groups(_, groups) => group::among(groups),
        }
    }

    /// It may look at an organisation.
    pub(super) fn sees(&self, organisation: OrganisationId) -> Result<()> {
        let governs = !matches!(self.reach, Reach::Own(..));
        let is_seen = governs && self.organisation().is_none_or(|own| own == organisation);
        let missing = || Error::Missing { what: "organisation", name: organisation.to_string() };
        is_seen.then_some(()).ok_or_else(missing)
    }

    /// It may change what is of a whole organisation.
    pub(super) fn administers(&self, organisation: OrganisationId) -> Result<()> {
        self.sees(organisation)?;
        (self.may_write && self.is_administrator()).then_some(()).ok_or(Error::NotAllowed)
    }

    /// It may change what is of the whole installation.
    pub(super) fn governs_all(&self) -> Result<()> {
        (self.may_write && self.reach == Reach::All).then_some(()).ok_or(Error::NotAllowed)
    }

    /// It may change something at all.
    pub(super) fn writes(&self) -> Result<()> {
        self.may_write.then_some(()).ok_or(Error::NotAllowed)
    }

    /// The account of that number, if it is one of those it governs.
    pub async fn account(&self, c: &mut Connection, id: AccountId) -> Result<Account> {
        let found = store::account::by_id(c, id).await?;
        self.seen(c, found, || id.to_string()).await
    }

    /// The account of that address, if it is one of those it governs.
    pub async fn account_by_email(&self, c: &mut Connection, email: &str) -> Result<Account> {
        let found = store::account::by_email(c, email).await?;
        self.seen(c, found, || store::account::fold(email)).await
    }

    async fn seen(
        &self,
        c: &mut Connection,
        found: Option<Account>,
        name: impl FnOnce() -> String,
    ) -> Result<Account> {
        let Some(account) = found else { return Err(Error::no_account(name())) };
        let is_seen = match &self.reach {
            Reach::All => true,
            Reach::Organisation(organisation) => account.organisation == *organisation,
            Reach::Own(_, id) => account.id == *id,
            Reach::Groups(organisation, groups) => {
                account.organisation == *organisation && {
                    let memberships = group::of_account(c, account.id).await?;
                    memberships.iter().any(|membership| groups.contains(&membership.group))
                }
            }
        };
        if is_seen { Ok(account) } else { Err(Error::no_account(name())) }
    }

    /// It may change an account that it sees: who governs a group does not govern its organisation's administrators.
    pub(super) fn may_change(&self, account: &Account) -> Result<()> {
        self.writes()?;
        let governs = !matches!(self.reach, Reach::Own(..));
        let is_above = account.is_administrator && !self.is_administrator();
        if governs && !is_above { Ok(()) } else { Err(Error::NotAllowed) }
    }

    /// It may change what lets somebody into an account: who governs every organisation is governed by such alone.
    pub(super) async fn may_take_over(&self, c: &mut Connection, account: &Account) -> Result<()> {
        self.may_change(account)?;
        let is_above = operator::is_one(c, account.id).await?
            && self.reach != Reach::All
            && match self.who {
                Who::Account(own) => !operator::is_one(c, own).await?,
                Who::CommandLine | Who::Token(_) | Who::Server => true,
            };
        if is_above { Err(Error::NotAllowed) } else { Ok(()) }
    }

    /// It may do something to the devices of an account that it sees; to its own anybody may.
    pub(super) fn may_handle(&self, account: &Account) -> Result<()> {
        match &self.reach {
            Reach::Own(_, id) if *id == account.id => Ok(()),
            _ => self.may_change(account),
        }
    }
}
