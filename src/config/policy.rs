//! `[policy]`: whether its values are ones that MS-ASPROV knows. What they mean is in the model.

use super::fault::Fault;
use super::fault::Place;
use crate::model::policy::Policy;
use crate::model::policy::Provisioning;

const SETTINGS: &str = "policy.settings";
const BYTES: &str = "must be a number of bytes, or -1 (whole)";

/// Phones refuse or misread a value out of range, and say nothing an administrator would hear of.
pub(super) fn check(policy: &Provisioning) -> Result<(), Fault> {
    if policy.exempt.iter().any(|kind| kind.trim().is_empty()) {
        return Err(Fault::at(
            Place::key("policy", "exempt"),
            "name device types, as `lomme device list` shows them",
        ));
    }
    match fault(policy) {
        Some((key, message)) => Err(Fault::at(Place::key(SETTINGS, key), message)),
        None => Ok(()),
    }
}

/// The first setting that is not as MS-ASPROV has it, and what it must be.
pub fn fault(policy: &Provisioning) -> Option<(&'static str, &'static str)> {
    let wrong = rows(&policy.settings).into_iter().find(|(_, holds, _)| !holds);
    wrong.map(|(key, _, message)| (key, message))
}

/// What each element may be, in the order of MS-ASPROV 2.2.2; flags, lists and free numbers need no row.
fn rows(policy: &Policy) -> [(&'static str, bool, &'static str); 13] {
    let holds = |number: Option<u8>, from, to| number.is_none_or(|number| (from..=to).contains(&number));
    [
        ("allow_bluetooth", policy.allow_bluetooth <= 2, "must be 0 (not), 1 (for headsets) or 2 (for all)"),
        (
            "allow_smime_encryption_algorithm_negotiation",
            policy.allow_smime_encryption_algorithm_negotiation <= 2,
            "must be 0 (not), 1 (a strong one) or 2 (any)",
        ),
        (
            "max_calendar_age_filter",
            matches!(policy.max_calendar_age_filter, 0 | 4..=7),
            "must be 0 (all), 4 (two weeks), 5 (a month), 6 (three months) or 7 (six months)",
        ),
        (
            "max_device_password_failed_attempts",
            holds(policy.max_device_password_failed_attempts, 4, 16),
            "must lie between 4 and 16, or be left out",
        ),
        (
            "max_email_age_filter",
            policy.max_email_age_filter <= 5,
            "must lie between 0 (all) and 5 (a month)",
        ),
        ("max_email_body_truncation_size", policy.max_email_body_truncation_size >= -1, BYTES),
        ("max_email_html_body_truncation_size", policy.max_email_html_body_truncation_size >= -1, BYTES),
        (
            "max_inactivity_time_device_lock",
            policy.max_inactivity_time_device_lock.is_none_or(|seconds| (1..9999).contains(&seconds)),
            "must lie between 1 and 9998 seconds, or be left out",
        ),
        (
            "min_device_password_complex_characters",
            holds(Some(policy.min_device_password_complex_characters), 1, 4),
            "must lie between 1 and 4",
        ),
        (
            "min_device_password_length",
            holds(policy.min_device_password_length, 1, 16),
            "must lie between 1 and 16, or be left out",
        ),
        // Phones would send their recovery passwords, and be refused (Settings DevicePassword).
        ("password_recovery_enabled", !policy.password_recovery_enabled, "must be false: none are kept here"),
        (
            "require_encryption_smime_algorithm",
            policy.require_encryption_smime_algorithm <= 4,
            "must lie between 0 (TripleDES) and 4 (RC2, 40 bits)",
        ),
        (
            "require_signed_smime_algorithm",
            policy.require_signed_smime_algorithm <= 1,
            "must be 0 (SHA1) or 1 (MD5)",
        ),
    ]
}
