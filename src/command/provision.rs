//! `Provision`: the policy is told, taken and remembered, a wipe ordered and noted; and whether a phone may go on without.

use wbxml::Document;
use wbxml::Version;

use crate::app::App;
use crate::command::device;
use crate::command::phone::Phone;
use crate::eas::policy;
use crate::eas::policy::Document as Told;
use crate::eas::provision;
use crate::eas::provision::Compliance;
use crate::eas::provision::PolicyRequest;
use crate::eas::provision::PolicyResponse;
use crate::eas::provision::PolicyStatus;
use crate::eas::provision::Request;
use crate::eas::provision::Response;
use crate::eas::provision::Status;
use crate::eas::provision::Wipe as Ordered;
use crate::eas::query::PolicyKey;
use crate::eas::quirk::Family;
use crate::eas::quirk::Quirk;
use crate::eas::status::Common;
use crate::error::Error;
use crate::govern;
use crate::govern::provisioned::Provisioned;
use crate::govern::provisioned::Taken;
use crate::govern::provisioned::Wipe;
use crate::model::policy::Provisioning;
use crate::store;
use crate::store::device::Column;
use crate::store::retrying;

/// A request that is not itself a `Provision`.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The device.
    pub device: &'a store::device::Device,
    /// Its family.
    pub family: Family,
    /// The version of the request.
    pub version: Version,
    /// The policy key it sent.
    pub key: Option<PolicyKey>,
    /// Whether the command carries a policy key at all: `Ping` does not.
    pub carries_key: bool,
}

/// Why a device may not go on, if so (conformance rule 7).
pub fn refusal(rules: &Provisioning, asking: Asking<'_>) -> Option<Common> {
    let known = Provisioned::read(&asking.device.provision);
    if known.order(provision::carries_account_wipe(asking.version)).is_some() {
        return Some(Common::REMOTE_WIPE_REQUESTED);
    }
    let is_bound = rules.binds(&asking.device.kind)
        && !asking.family.has(Quirk::NotProvisionable)
        && !asking.device.is_probe();
    if !is_bound || !asking.carries_key {
        return None;
    }
    if rules.refuse_partial && !policy::is_told_whole(&rules.settings, asking.version) {
        return Some(Common::DEVICE_NOT_FULLY_PROVISIONABLE);
    }
    let Some(key) = asking.key else { return Some(Common::LEGACY_DEVICE_ON_STRICT_POLICY) };
    let in_force = policy::fingerprint(&rules.settings, asking.version);
    match known.taken {
        Some(taken) if taken.fingerprint == in_force => {
            (taken.key != key).then_some(Common::INVALID_POLICY_KEY)
        }
        Some(_) | None => Some(Common::DEVICE_NOT_PROVISIONED),
    }
}

/// Answers a `Provision`.
pub async fn provision(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let request = Request::parse(document.root());
    let response = retrying(|| answer(app, phone, &request)).await?;
    Ok(response.encode())
}

async fn answer(app: &App, phone: &Phone, request: &Request) -> Result<Response, Error> {
    let mut tx = app.store().begin().await?;
    let rules = govern::policy::in_force(app, &mut tx, phone.device.account).await?;
    let stored = store::device::by_number(&mut tx, phone.device.account, phone.device.number).await?;
    let before = stored.map(|device| Provisioned::read(&device.provision)).unwrap_or_default();
    let fresh = [u32::from_le_bytes(app.random()), u32::from_le_bytes(app.random())].map(key);
    let (after, mut response) = decide(before.clone(), request, &rules, phone.version, fresh);
    response.device = match &request.device {
        None => None,
        Some(None) => Some(crate::eas::settings::Status::PROTOCOL_ERROR),
        Some(Some(said)) => {
            device::keep(app, &mut tx, &phone.device, said).await?;
            Some(crate::eas::settings::Status::SUCCESS)
        }
    };
    if after != before && !phone.device.is_probe() {
        let (account, number) = (phone.device.account, phone.device.number);
        store::device::set(&mut tx, account, number, Column::Provision, &after.write()).await?;
    }
    tx.commit().await?;
    Ok(response)
}

/// A key is never 0: an iPhone starts over and over when it gets that.
fn key(random: u32) -> PolicyKey {
    PolicyKey(random.max(1))
}

/// What the device has afterwards, and what it is told.
fn decide(
    mut known: Provisioned,
    request: &Request,
    rules: &Provisioning,
    version: Version,
    [told, taken]: [PolicyKey; 2],
) -> (Provisioned, Response) {
    if let Some(went_well) = request.wiped.or(request.account_wiped) {
        return wiped(known, went_well);
    }
    if let Some(order) = known.order(provision::carries_account_wipe(version)) {
        let response = Response { wipe: Some(order), ..Response::of_status(Status::SUCCESS) };
        return (known, response);
    }
    // MS-ASPROV 2.2.2.40 (Policies): a request has one, unless it tells of a wipe.
    // MS-ASCMD 3.1.5.1: and says in which form it wants it.
    let Some(asked) = request.policy.as_ref().filter(|asked| !asked.policy_type.is_empty()) else {
        return (known, Response::of_status(Status::PROTOCOL_ERROR));
    };
    let Some(form) = provision::form(&asked.policy_type, version) else {
        return (known, of_policy(asked, PolicyStatus::UNKNOWN_TYPE, None, None));
    };
    if asked.is_acknowledgement() {
        return acknowledged(known, asked, rules, version, taken);
    }
    known.told = Some(told);
    let document = Told::of(&rules.settings, form, version);
    (known, of_policy(asked, PolicyStatus::SUCCESS, Some(told), Some(document)))
}

/// The device says that it wiped something, or could not.
// MS-ASPROV 3.2.5.1.2.2: on failure Status 2, and the order once more.
fn wiped(mut known: Provisioned, went_well: bool) -> (Provisioned, Response) {
    let order = match known.wipe {
        Some(Wipe::Device) => Some(Ordered::Device),
        Some(Wipe::Account) => Some(Ordered::Account),
        None => None,
    };
    if !went_well && order.is_some() {
        return (known, Response { wipe: order, ..Response::of_status(Status::PROTOCOL_ERROR) });
    }
    known.wiped = known.wipe.take().or(known.wiped);
    // Nothing of the policy is on it any more.
    known.taken = None;
    known.told = None;
    (known, Response::of_status(Status::SUCCESS))
}

/// The device says that it took the policy.
fn acknowledged(
    mut known: Provisioned,
    asked: &PolicyRequest,
    rules: &Provisioning,
    version: Version,
    fresh: PolicyKey,
) -> (Provisioned, Response) {
    let Some(told) = asked.key.filter(|key| known.told == Some(*key)) else {
        return (known, of_policy(asked, PolicyStatus::WRONG_KEY, None, None));
    };
    let refused = match asked.compliance {
        Some(Compliance::Partial | Compliance::None) if rules.refuse_partial => {
            Some(Common::DEVICE_NOT_FULLY_PROVISIONABLE)
        }
        Some(Compliance::External) if rules.refuse_external => {
            Some(Common::EXTERNALLY_MANAGED_DEVICES_NOT_ALLOWED)
        }
        _ => None,
    };
    if let Some(common) = refused {
        return (known, Response::of_status(common.into()));
    }
    let fingerprint = policy::fingerprint(&rules.settings, version);
    let taken = match known.taken.take() {
        // The answer was lost, and the device says it again.
        Some(taken) if taken.told == told && taken.fingerprint == fingerprint => taken,
        _ => Taken { key: fresh, fingerprint, told },
    };
    let response = of_policy(asked, PolicyStatus::SUCCESS, Some(taken.key), None);
    known.taken = Some(taken);
    (known, response)
}

fn of_policy(
    asked: &PolicyRequest,
    status: PolicyStatus,
    key: Option<PolicyKey>,
    data: Option<Told>,
) -> Response {
    let policy = PolicyResponse { policy_type: asked.policy_type.clone(), status, key, data };
    Response { policy: Some(policy), ..Response::of_status(Status::SUCCESS) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::AccountId;
    use crate::model::policy::Policy;

    const TOLD: PolicyKey = PolicyKey(11);
    const TAKEN: PolicyKey = PolicyKey(22);
    const WBXML: &str = "MS-EAS-Provisioning-WBXML";

    fn ask(policy_type: &str, key: Option<PolicyKey>, compliance: Option<Compliance>) -> Request {
        let policy = PolicyRequest { policy_type: policy_type.to_owned(), key, compliance };
        Request { policy: Some(policy), ..Request::default() }
    }

    fn step(known: Provisioned, request: &Request, rules: &Provisioning) -> (Provisioned, Response) {
        decide(known, request, rules, Version::V14_1, [TOLD, TAKEN])
    }

    fn refused(
        rules: &Provisioning,
        known: &Provisioned,
        key: Option<PolicyKey>,
        version: Version,
    ) -> Option<Common> {
        let mut device = store::device::Device::new(AccountId(1), "x", "iPhone", jiff::Timestamp::UNIX_EPOCH);
        device.provision = known.write();
        let asking = Asking { device: &device, family: Family::Apple, version, key, carries_key: true };
        refusal(rules, asking)
    }

    #[test]
    fn a_policy_is_told_and_taken_in_two_steps() {
        let rules = Provisioning { required: true, ..Provisioning::default() };
        let (known, response) = step(Provisioned::default(), &ask(WBXML, None, None), &rules);
        let policy = response.policy.unwrap();
        assert_eq!(
            (policy.status, policy.key, policy.data.is_some()),
            (PolicyStatus::SUCCESS, Some(TOLD), true)
        );
        assert_eq!(refused(&rules, &known, Some(TOLD), Version::V14_1), Some(Common::DEVICE_NOT_PROVISIONED));

        let taking = ask(WBXML, Some(TOLD), Some(Compliance::Full));
        let (known, response) = step(known, &taking, &rules);
        let policy = response.policy.unwrap();
        assert_eq!((policy.status, policy.key, policy.data), (PolicyStatus::SUCCESS, Some(TAKEN), None));
        assert_eq!(refused(&rules, &known, Some(TAKEN), Version::V14_1), None);

        let (again, response) =
            decide(known.clone(), &taking, &rules, Version::V14_1, [PolicyKey(3), PolicyKey(4)]);
        assert_eq!((again, response.policy.unwrap().key), (known, Some(TAKEN)));
    }

    #[test]
    fn a_request_for_nothing_is_a_fault() {
        let (_, response) = step(Provisioned::default(), &Request::default(), &Provisioning::default());
        assert_eq!((response.status, response.policy), (Status::PROTOCOL_ERROR, None));
    }

    /// Quirk key-not-zero.
    #[test]
    fn no_key_is_zero() {
        assert_eq!(key(0), PolicyKey(1));
        assert_eq!(key(7), PolicyKey(7));
    }

    #[test]
    fn nobody_is_forced_unless_the_policy_says_so() {
        let none = Provisioned::default();
        assert_eq!(refused(&Provisioning::default(), &none, None, Version::V14_1), None);
        let rules = Provisioning { required: true, ..Provisioning::default() };
        let check = |key, expected| assert_eq!(refused(&rules, &none, key, Version::V14_1), Some(expected));
        check(None, Common::LEGACY_DEVICE_ON_STRICT_POLICY);
        check(Some(PolicyKey::NONE), Common::DEVICE_NOT_PROVISIONED);
    }

    #[test]
    fn a_wrong_key_and_a_changed_policy_are_told_apart() {
        let rules = Provisioning { required: true, ..Provisioning::default() };
        let taken = |fingerprint| Provisioned {
            taken: Some(Taken { key: TAKEN, fingerprint, told: TOLD }),
            ..Provisioned::default()
        };
        let known = taken(policy::fingerprint(&rules.settings, Version::V14_1));
        assert_eq!(
            refused(&rules, &known, Some(PolicyKey(5)), Version::V14_1),
            Some(Common::INVALID_POLICY_KEY)
        );
        let old = taken("0123".to_owned());
        assert_eq!(refused(&rules, &old, Some(TAKEN), Version::V14_1), Some(Common::DEVICE_NOT_PROVISIONED));
    }

    #[test]
    fn a_version_that_cannot_carry_the_policy_is_told_so_where_all_of_it_counts() {
        let settings = Policy { allow_camera: false, ..Policy::default() };
        let rules =
            Provisioning { required: true, refuse_partial: true, settings, ..Provisioning::default() };
        let refused = refused(&rules, &Provisioned::default(), Some(PolicyKey::NONE), Version::V12_0);
        assert_eq!(refused, Some(Common::DEVICE_NOT_FULLY_PROVISIONABLE));
    }

    #[test]
    fn wrong_acknowledgements_have_their_statuses() {
        let rules = Provisioning { refuse_partial: true, refuse_external: true, ..Provisioning::default() };
        let known = Provisioned { told: Some(TOLD), ..Provisioned::default() };
        let check = |request: &Request, status: u16, policy: Option<PolicyStatus>| {
            let (after, response) = step(known.clone(), request, &rules);
            assert_eq!((response.status.0, response.policy.map(|policy| policy.status)), (status, policy));
            assert_eq!(after.taken, None);
        };
        check(&ask(WBXML, Some(PolicyKey(9)), Some(Compliance::Full)), 1, Some(PolicyStatus::WRONG_KEY));
        check(&ask("MS-Other", None, None), 1, Some(PolicyStatus::UNKNOWN_TYPE));
        check(&ask(WBXML, Some(TOLD), Some(Compliance::Partial)), 139, None);
        check(&ask(WBXML, Some(TOLD), Some(Compliance::External)), 145, None);
    }

    #[test]
    fn a_wipe_is_ordered_until_it_is_done() {
        let rules = Provisioning::default();
        let known = Provisioned { wipe: Some(Wipe::Device), ..Provisioned::default() };
        assert_eq!(refused(&rules, &known, None, Version::V12_1), Some(Common::REMOTE_WIPE_REQUESTED));
        let (known, response) = step(known, &ask(WBXML, None, None), &rules);
        assert_eq!((response.wipe, response.policy), (Some(Ordered::Device), None));
        let failed = Request { wiped: Some(false), ..Request::default() };
        let (known, response) = step(known, &failed, &rules);
        assert_eq!((response.status, response.wipe), (Status::PROTOCOL_ERROR, Some(Ordered::Device)));
        let done = Request { wiped: Some(true), ..Request::default() };
        let (known, response) = step(known, &done, &rules);
        assert_eq!((response.status, response.wipe), (Status::SUCCESS, None));
        assert_eq!((known.wipe, known.wiped), (None, Some(Wipe::Device)));
        assert_eq!(refused(&rules, &known, None, Version::V12_1), None);
    }

    #[test]
    fn an_account_is_wiped_only_where_the_version_can_say_so() {
        let known = Provisioned { wipe: Some(Wipe::Account), ..Provisioned::default() };
        assert_eq!(known.order(provision::carries_account_wipe(Version::V16_1)), Some(Ordered::Account));
        assert_eq!(known.order(provision::carries_account_wipe(Version::V16_0)), None);
    }

    /// Quirk wap-policy.
    #[test]
    fn the_oldest_phones_get_a_text() {
        let request = ask("MS-WAP-Provisioning-XML", None, None);
        let (_, response) =
            decide(Provisioned::default(), &request, &Provisioning::default(), Version::V2_5, [TOLD, TAKEN]);
        assert!(matches!(response.policy.unwrap().data, Some(Told::Text(_))));
    }
}
