//! What is known of a device besides its id, and what lists show of that. Asks no device.

use serde::Deserialize;
use serde::Serialize;

use crate::eas::quirk::Family;
use crate::eas::settings::DeviceInformation;
use crate::model::access::Traits;
use crate::store::device::Card;
use crate::store::device::Device;

/// What is known of a device besides its id: the column `information`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Information {
    /// `User-Agent` of its last request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The version of its last request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it said of itself by Settings or Provision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceInformation>,
}

impl Information {
    /// Reads the column.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Writes the column.
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Which program it is, of a device of this type.
    pub fn family(&self, kind: &str) -> Family {
        Family::of(kind, self.user_agent.as_deref().unwrap_or_default())
    }

    /// What rules look at.
    pub fn traits<'a>(&'a self, kind: &'a str) -> Traits<'a> {
        let said = self.device.as_ref();
        let of = |text: Option<&'a Option<String>>| text.and_then(Option::as_deref).unwrap_or_default();
        Traits {
            family: self.family(kind).name(),
            model: of(said.map(|said| &said.model)),
            version: self.version.as_deref().unwrap_or_default(),
            kind,
            system: of(said.map(|said| &said.os)),
            agent: self.user_agent.as_deref().unwrap_or_default(),
        }
    }

    /// What lists show.
    pub fn card(&self, device: &Device) -> Card {
        let traits = self.traits(&device.kind);
        let said = self.device.as_ref().and_then(|said| said.friendly_name.as_deref()).unwrap_or_default();
        let words = [&*device.id, &*device.kind, traits.family, traits.model, said, traits.system].join(" ");
        Card {
            family: traits.family.to_owned(),
            model: short(traits.model),
            version: traits.version.to_owned(),
            words: short(&words),
        }
    }
}

/// What an index can hold, whatever a device says of itself.
fn short(text: &str) -> String {
    const MOST: usize = 300;
    text.chars().take(MOST).collect()
}
