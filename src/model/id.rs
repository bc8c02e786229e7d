//! Numbers with a meaning, and how phones write them. They are made by the store and never by a phone.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A company: what accounts, connections and policies belong to.
    OrganisationId,
    /// A group of accounts within its organisation.
    GroupId,
    /// A token of a program, within its organisation.
    TokenId,
    /// A person's mailbox with all its folders and phones.
    AccountId,
    /// A folder within its account; the phone's `CollectionId` in decimal.
    FolderId,
    /// An item within its folder: the revision at which it was created.
    ItemId,
    /// A device within its account: one per (DeviceId, DeviceType).
    DeviceNumber,
    /// A message on its way out, within its account.
    OutgoingId,
    /// What a phone wrote in a draft, within its account.
    DraftId,
    /// A revision of a folder: each write of an item takes the next one.
    Rev,
}

/// The `ServerId` by which phones know an item.
pub fn server_id(folder: FolderId, item: ItemId) -> String {
    format!("{folder}:{item}")
}

/// The item that a `ServerId` names, if it is one of this folder.
pub fn item_id(folder: FolderId, server_id: &str) -> Option<ItemId> {
    let (of, item) = server_id.trim().split_once(':')?;
    let of: i64 = of.parse().ok()?;
    (of == folder.0).then_some(ItemId(item.parse().ok()?))
}
