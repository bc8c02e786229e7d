//! The device behind a request: found, or made known, and what it said of itself kept. Decides nothing of what it gets.

use jiff::Timestamp;
use wbxml::Version;

use crate::app::App;
use crate::eas::query::Query;
use crate::eas::settings::DeviceInformation;
use crate::eas::status::Common;
use crate::error::Error;
use crate::govern::admit;
use crate::govern::description::Information;
use crate::model::id::AccountId;
use crate::store::Tx;
use crate::store::device;
use crate::store::device::Column;
use crate::store::device::Device;
use crate::store::retrying;

/// What is known of a device, with what this request says.
fn on(known: Information, caller: Caller<'_>) -> Information {
    Information {
        user_agent: caller.user_agent.map(|agent| agent.chars().take(LONGEST).collect()),
        version: Some(caller.version.to_string()),
        device: known.device,
    }
}

/// What is wrong with how a device calls itself.
// MS-ASHTTP 2.2.1.1.1.2.3 (DeviceId): no commas and no special characters.
pub fn fault(query: &Query) -> Option<Common> {
    let is_name = |name: &str, is_allowed: fn(char) -> bool| {
        (1..=LONGEST).contains(&name.len()) && name.chars().all(is_allowed)
    };
    if !is_name(&query.device_id, |c| c.is_ascii_graphic() && c != ',') {
        return Some(Common::DEVICE_ID_MISSING_OR_INVALID);
    }
    let is_type = is_name(&query.device_type, |c| !c.is_control());
    (!is_type).then_some(Common::DEVICE_TYPE_MISSING_OR_INVALID)
}

/// Longer than any device calls itself.
const LONGEST: usize = 128;

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The account.
    pub account: AccountId,
    /// What the request line says.
    pub query: &'a Query,
    /// The version of the request.
    pub version: Version,
    /// `User-Agent`.
    pub user_agent: Option<&'a str>,
}

/// Finds the device, or makes it known. Nothing is kept of Android's trial log-in.
pub async fn admit(app: &App, caller: Caller<'_>) -> Result<Device, Error> {
    let (id, kind) = (caller.query.device_id.as_str(), caller.query.device_type.as_str());
    let now = app.now();
    let mut glance = app.store().glance().await?;
    let found = device::find(&mut glance, caller.account, id, kind).await?;
    drop(glance);
    let Some(device) = found else {
        let device = Device::new(caller.account, id, kind, now);
        if device.is_probe() {
            return Ok(device);
        }
        return retrying(|| create(app, &device, caller)).await;
    };
    let known = Information::read(&device.information);
    if on(known.clone(), caller) == known && !device.is_seen_due(now) {
        return Ok(device);
    }
    retrying(|| note(app, &device, caller, now)).await
}

async fn create(app: &App, device: &Device, caller: Caller<'_>) -> Result<Device, Error> {
    let mut tx = app.store().begin().await?;
    // Another request of its may have been quicker.
    if let Some(found) = device::find(&mut tx, device.account, &device.id, &device.kind).await? {
        return Ok(found);
    }
    let said = on(Information::default(), caller);
    let device = Device { information: said.write(), ..device.clone() };
    let device = admit::new(app, &mut tx, device, &said).await?;
    tx.commit().await?;
    Ok(device)
}

/// Keeps what the request says, and that it was here. The device as it is then.
async fn note(app: &App, device: &Device, caller: Caller<'_>, now: Timestamp) -> Result<Device, Error> {
    let mut tx = app.store().begin().await?;
    // Read again: another request of its may just have kept what it says of itself.
    let Some(present) = device::by_number(&mut tx, device.account, device.number).await? else {
        return Ok(device.clone());
    };
    let told = on(Information::read(&present.information), caller);
    device::seen(&mut tx, device.account, device.number, now).await?;
    device::set(&mut tx, device.account, device.number, Column::Information, &told.write()).await?;
    let present = admit::again(app, &mut tx, present, &told).await?;
    tx.commit().await?;
    Ok(Device { information: told.write(), ..present })
}

/// Keeps what a device said of itself, in the caller's transaction. The rules may be about just that: then it is kept
/// out from its next request on.
pub async fn keep(app: &App, tx: &mut Tx, device: &Device, said: &DeviceInformation) -> Result<(), Error> {
    let Some(present) = device::by_number(tx, device.account, device.number).await? else { return Ok(()) };
    let known = Information::read(&present.information);
    if known.device.as_ref() == Some(said) {
        return Ok(());
    }
    let told = Information { device: Some(said.clone()), ..known };
    device::set(tx, device.account, device.number, Column::Information, &told.write()).await?;
    admit::again(app, tx, present, &told).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::connections::Connectors;

    #[track_caller]
    fn check(id: &str, kind: &str, expected: Option<Common>) {
        let query = Query { device_id: id.to_owned(), device_type: kind.to_owned(), ..Query::default() };
        assert_eq!(fault(&query), expected, "{id} {kind}");
    }

    #[tokio::test]
    async fn a_request_does_not_undo_what_another_has_kept_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.data = folder.path().to_owned();
        config.store.url = format!("sqlite:{}/lomme.db", folder.path().display());
        let app = App::open(config, Connectors::new()).await.unwrap();
        let query =
            Query { device_id: "ABC".to_owned(), device_type: "iPhone".to_owned(), ..Query::default() };
        let caller = Caller {
            account: AccountId(1),
            query: &query,
            version: Version::V16_1,
            user_agent: Some("Apple-iPhone/1"),
        };
        let early = admit(&app, caller).await.unwrap();
        let said = DeviceInformation { model: Some("iPhone".to_owned()), ..DeviceInformation::default() };
        let mut tx = app.store().begin().await.unwrap();
        keep(&app, &mut tx, &early, &said).await.unwrap();
        tx.commit().await.unwrap();
        let other = Caller { user_agent: Some("Apple-iPhone/2"), ..caller };
        note(&app, &early, other, app.now()).await.unwrap();
        let late = admit(&app, other).await.unwrap();
        let kept = Information::read(&late.information);
        assert_eq!((kept.device, kept.user_agent.as_deref()), (Some(said), Some("Apple-iPhone/2")));
    }

    #[test]
    fn a_device_has_to_say_what_it_is() {
        check("ApplDNPW1234", "iPhone", None);
        check("", "iPhone", Some(Common::DEVICE_ID_MISSING_OR_INVALID));
        check("a,b", "iPhone", Some(Common::DEVICE_ID_MISSING_OR_INVALID));
        check(&"x".repeat(LONGEST + 1), "iPhone", Some(Common::DEVICE_ID_MISSING_OR_INVALID));
        check("ApplDNPW1234", "", Some(Common::DEVICE_TYPE_MISSING_OR_INVALID));
        check("ApplDNPW1234", "Møbel telefon", None);
    }
}
