//! The back offices that are set up. Speaks to none.
//!
//! Those of the configuration are for every organisation; those that administrators added to theirs lie in the store and
//! come and go while the program runs.

pub mod connector;
pub mod stored;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use self::connector::Clock;
use crate::config::Config;
use crate::config::connection::Connection;
use crate::connector::Connector;
use crate::model::id::OrganisationId;
use crate::store;
use crate::store::Store;
use crate::store::connection::Mark;
use crate::store::connection::Stored;
use crate::vault::Vault;

/// What speaks to the back offices, by the name of their connection.
pub type Connectors = BTreeMap<String, Arc<dyn Connector>>;

/// One back office.
#[derive(Clone, Debug)]
pub struct Connected {
    /// How it is configured.
    pub settings: Connection,
    /// Whether nothing is pulled nor pushed for now.
    pub is_paused: bool,
    /// Whose accounts use it; none: everybody's.
    pub organisation: Option<OrganisationId>,
    /// Asks it; none for a `local` one.
    pub connector: Option<Arc<dyn Connector>>,
}

/// All of them.
#[derive(Debug)]
pub struct Connections {
    configured: Vec<Arc<Connected>>,
    added: RwLock<Added>,
    data: PathBuf,
    clock: Clock,
}

/// Those out of the store, as they were when it was last looked at.
#[derive(Debug, Default)]
struct Added {
    mark: Mark,
    all: Vec<(Stored, Arc<Connected>)>,
}

impl Connected {
    /// Whether accounts of an organisation may use it.
    pub fn serves(&self, organisation: OrganisationId) -> bool {
        self.organisation.is_none_or(|own| own == organisation)
    }
}

impl Connections {
    /// Those of the configuration, with what speaks to them.
    pub fn new(config: &Config, connectors: &Connectors, clock: Clock) -> Self {
        let connected = |settings: &Connection| {
            let connector = connectors.get(&settings.name).map(Arc::clone);
            Arc::new(Connected {
                settings: settings.clone(),
                is_paused: false,
                organisation: None,
                connector,
            })
        };
        Self {
            configured: config.connections.iter().map(connected).collect(),
            added: RwLock::default(),
            data: config.store.data.clone(),
            clock,
        }
    }

    /// All of them, those of the configuration first.
    pub fn all(&self) -> Vec<Arc<Connected>> {
        let added = self.added.read().unwrap_or_else(PoisonError::into_inner);
        self.configured.iter().chain(added.all.iter().map(|(_, one)| one)).cloned().collect()
    }

    /// The one of that name.
    pub fn find(&self, name: &str) -> Option<Arc<Connected>> {
        self.all().into_iter().find(|one| one.settings.name == name)
    }

    /// Those that the accounts of an organisation may use.
    pub fn of(&self, organisation: OrganisationId) -> Vec<Arc<Connected>> {
        self.all().into_iter().filter(|one| one.serves(organisation)).collect()
    }

    /// Looks whether some were added, changed or removed, here or by another node or program.
    ///
    /// One that cannot be used, for its secrets were sealed with another key, is left out and told of in the log.
    pub async fn refresh(&self, store: &Store, vault: &Vault) -> store::Result<()> {
        let mut reader = store.read().await?;
        let mark = store::connection::mark(&mut reader).await?;
        if mark == self.added.read().unwrap_or_else(PoisonError::into_inner).mark {
            return Ok(());
        }
        let listed = store::connection::list(&mut reader).await?;
        drop(reader);
        let mut added = self.added.write().unwrap_or_else(PoisonError::into_inner);
        let all = listed.into_iter().filter_map(|stored| {
            // What has not changed keeps its lines to the back office.
            let same = added.all.iter().find(|(known, _)| *known == stored);
            let connected = match same {
                Some((_, connected)) => Arc::clone(connected),
                None => Arc::new(self.connect(&stored, vault)?),
            };
            Some((stored, connected))
        });
        let all = all.collect();
        *added = Added { mark, all };
        Ok(())
    }

    fn connect(&self, stored: &Stored, vault: &Vault) -> Option<Connected> {
        let connected = stored::open(stored, vault).and_then(|settings| {
            let connector = connector::connector(&settings, &self.data, self.clock)
                .map_err(|unusable| stored::Wrong::new("url", unusable.to_string()))?;
            let is_paused = stored.paused_at.is_some();
            Ok(Connected { settings, is_paused, organisation: Some(stored.organisation), connector })
        });
        match connected {
            Ok(connected) => Some(connected),
            Err(error) => {
                tracing::warn!(connection = stored.name, %error, "a connection cannot be used");
                None
            }
        }
    }
}
