//! Who is asking: the account and the device behind a request. Not what it asks.

use wbxml::Version;

use crate::eas::class::BirthdayTime;
use crate::eas::class::MailView;
use crate::eas::class::Owner;
use crate::eas::class::View;
use crate::model::id::OrganisationId;
use crate::store::device::Device;
use crate::store::state::Who;

/// A device of an account, logged in and known.
#[derive(Clone, Debug)]
pub struct Phone {
    /// The account's organisation.
    pub organisation: OrganisationId,
    /// The account as items mention it.
    pub owner: Owner,
    /// The device with what is remembered of it.
    pub device: Device,
    /// The version of this request.
    pub version: Version,
    /// At what time of day its family wants birthdays.
    pub birthday: BirthdayTime,
}

impl Phone {
    /// How it sees an item of which nothing is told but a name.
    pub fn view(&self) -> View<'_> {
        View {
            version: self.version,
            body: &[],
            truncation: None,
            owner: &self.owner,
            birthday: self.birthday,
            server_id: "",
            mail: MailView::default(),
        }
    }

    /// Whose state.
    pub fn who(&self) -> Who {
        Who { account: self.device.account, device: self.device.number }
    }
}
