//! What a device has of the policy, and what it is to wipe. Tells a device nothing.

use serde::Deserialize;
use serde::Serialize;

use crate::eas::provision::Wipe as Ordered;
use crate::eas::query::PolicyKey;

/// What a device has of the policy, and what it is to wipe: the column `provision`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provisioned {
    /// The key that was told with the policy, and is good for taking it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<PolicyKey>,
    /// The key that was given for taking it, and is good for everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// What the device is to wipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wipe: Option<Wipe>,
    /// What the device said that it wiped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wiped: Option<Wipe>,
}

/// A policy that a device has taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The key that says so.
    pub key: PolicyKey,
    /// Which policy, as the version was told it.
    pub fingerprint: String,
    /// The key that it was told with: a repeated request gets the same answer.
    pub told: PolicyKey,
}

/// What a device is to wipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wipe {
    /// All of itself.
    Device,
    /// This account; understood from 16.1 on.
    Account,
}

impl Provisioned {
    /// Reads the column.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Writes the column.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What is ordered, if the version can carry it.
    pub fn order(&self, carries_account: bool) -> Option<Ordered> {
        match self.wipe? {
            Wipe::Device => Some(Ordered::Device),
            Wipe::Account => carries_account.then_some(Ordered::Account),
        }
    }
}
