//! Whether a device is let in, by the rules of its account's organisation. Serves none.

use crate::app::App;
use crate::govern::description::Information;
use crate::model::access::Verdict;
use crate::store;
use crate::store::Tx;
use crate::store::device;
use crate::store::device::Device;
use crate::store::device::Ruler;
use crate::store::device::Standing;
use crate::store::organisation;

/// What a verdict makes of a device.
fn standing(verdict: Verdict) -> Standing {
    match verdict {
        Verdict::Allow => Standing::Allowed,
        Verdict::Block => Standing::Blocked,
        Verdict::Quarantine => Standing::Quarantined,
    }
}

/// Says of a device that was not here before whether it is let in, and keeps what lists show of it.
pub async fn new(app: &App, tx: &mut Tx, mut device: Device, said: &Information) -> store::Result<Device> {
    let rules = organisation::settings_of(tx, device.account).await?.access;
    let others = device::count(tx, device.account).await?;
    let (verdict, is_rule) = rules.of_new(&said.traits(&device.kind), others);
    device.standing = standing(verdict);
    device.standing_by = if is_rule { Ruler::Rule } else { Ruler::Default };
    device.blocked_at = (device.standing != Standing::Allowed).then(|| app.now());
    device.number = device::create(tx, &device).await?;
    device::describe(tx, device.account, device.number, &said.card(&device)).await?;
    Ok(device)
}

/// Looks again at a device that is there, which may have said more of itself, or the rules may have changed.
///
/// What an administrator said of the device itself stands. One that a rule kept out comes in when none does any more.
pub async fn again(app: &App, tx: &mut Tx, mut device: Device, said: &Information) -> store::Result<Device> {
    device::describe(tx, device.account, device.number, &said.card(&device)).await?;
    let rules = organisation::settings_of(tx, device.account).await?.access;
    let found = match (device.standing_by, rules.by_rule(&said.traits(&device.kind))) {
        (Ruler::Hand, _) => return Ok(device),
        (_, Some(verdict)) => (standing(verdict), Ruler::Rule),
        (Ruler::Rule, None) => (Standing::Allowed, Ruler::Default),
        (Ruler::Default, None) => return Ok(device),
    };
    if found != (device.standing, device.standing_by) {
        let now = app.now();
        device::set_standing(tx, device.account, device.number, found, now).await?;
        (device.standing, device.standing_by) = found;
        device.blocked_at = (found.0 != Standing::Allowed).then_some(now);
    }
    Ok(device)
}
