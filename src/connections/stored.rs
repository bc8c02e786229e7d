//! A connection as it lies in the store: the keys of `[[connection]]` as JSON, its secrets sealed apart from the others.

use jiff::Timestamp;
use serde_json::Map;
use serde_json::Value;

use super::Connected;
use crate::config::connection::Connection;
use crate::model::id::OrganisationId;
use crate::store::connection::Stored;
use crate::vault::Vault;

/// What nobody is shown again.
pub const SECRETS: [&str; 5] = ["token", "client_secret", "password", "smtp_password", "hook_key"];

/// Where its secrets are sent.
pub const ADDRESSES: [&str; 4] = ["url", "token_url", "smtp", "sieve"];

/// What names files of the server, which is not for those who administer an organisation.
const FILES: [&str; 6] =
    ["token_file", "client_secret_file", "password_file", "smtp_password_file", "hook_key_file", "authority"];

/// What is wrong with a connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` {message}")]
pub struct Wrong {
    /// The key to look at.
    pub key: String,
    /// What would be right there.
    pub message: String,
}

impl Wrong {
    pub(super) fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_owned(), message: message.into() }
    }
}

/// The connection that these keys say, if it is right by itself and beside the others of its organisation.
pub fn read(keys: &Map<String, Value>, beside: &[&Connection]) -> Result<Connection, Wrong> {
    if let Some(file) = FILES.into_iter().find(|key| keys.contains_key(*key)) {
        return Err(Wrong::new(file, "is for the configuration of the server alone"));
    }
    let connection = parse(keys)?;
    let mut all: Vec<Connection> = beside.iter().copied().cloned().collect();
    all.retain(|one| one.name != connection.name);
    all.push(connection.clone());
    Connection::check_all(&all).map_err(|(key, message)| Wrong::new(key, message))?;
    Ok(connection)
}

fn parse(keys: &Map<String, Value>) -> Result<Connection, Wrong> {
    serde_json::from_value(Value::Object(keys.clone())).map_err(|error| {
        let message = error.to_string();
        // serde says `unknown field `x`, expected one of …`, or what is wrong with a value.
        let key = message.split('`').nth(1).unwrap_or("name").to_owned();
        Wrong { key, message }
    })
}

/// Takes the secrets out of the keys and seals them.
pub fn seal(
    organisation: OrganisationId,
    mut keys: Map<String, Value>,
    (vault, nonce): (&Vault, [u8; 24]),
    now: Timestamp,
) -> Option<Stored> {
    let name = keys.get("name")?.as_str()?.to_owned();
    let secrets: Map<String, Value> = SECRETS.iter().filter_map(|key| keys.remove_entry(*key)).collect();
    let sealed = match secrets.is_empty() {
        true => None,
        false => {
            let text = Value::Object(secrets).to_string();
            Some(vault.seal_shared(organisation, &name, nonce, &text)?)
        }
    };
    let settings = Value::Object(keys).to_string();
    Some(Stored { organisation, name, settings, secrets: sealed, changed_at: now, paused_at: None })
}

/// All its keys, secrets among them.
pub fn keys(stored: &Stored, vault: &Vault) -> Result<Map<String, Value>, Wrong> {
    let mut keys = shown(stored);
    if let Some(sealed) = &stored.secrets {
        let opened = vault.open_shared(stored.organisation, &stored.name, sealed);
        let secrets = opened.and_then(|text| serde_json::from_str::<Map<String, Value>>(&text).ok());
        let unreadable = "cannot be read with the key in the data folder: give its secrets again";
        keys.extend(secrets.ok_or_else(|| Wrong::new("name", unreadable))?);
    }
    Ok(keys)
}

/// Its keys but the secrets.
pub fn shown(stored: &Stored) -> Map<String, Value> {
    serde_json::from_str(&stored.settings).unwrap_or_default()
}

/// The connection that lies there.
pub(super) fn open(stored: &Stored, vault: &Vault) -> Result<Connection, Wrong> {
    parse(&keys(stored, vault)?)
}

/// The settings of those beside which a connection of an organisation has to be right.
pub fn beside(all: &[std::sync::Arc<Connected>], organisation: OrganisationId) -> Vec<&Connection> {
    all.iter().filter(|one| one.serves(organisation)).map(|one| &one.settings).collect()
}
