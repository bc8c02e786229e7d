//! A policy as a phone is told it, in the form of each version, and a fingerprint of just that. Decides nothing.

use std::fmt;

use sha2::Digest;
use sha2::Sha256;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::provision as tag;

use crate::model::policy::Policy;

/// The form of a policy (MS-ASPROV 2.2.2.43 `PolicyType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyType {
    /// A text of XML, up to 2.5.
    Wap,
    /// Elements, from 12.0 on.
    Wbxml,
}

impl PolicyType {
    /// The form with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Wap, Self::Wbxml].into_iter().find(|form| form.as_str() == name.trim())
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wap => "MS-WAP-Provisioning-XML",
            Self::Wbxml => "MS-EAS-Provisioning-WBXML",
        }
    }

    /// The form that a version takes.
    // MS-ASPROV 2.2.2.43: the elements are for 12.0 and later. Some phones of 12.0 still ask for the text.
    pub fn is_in(self, version: Version) -> bool {
        match self {
            Self::Wap => version <= Version::V12_0,
            Self::Wbxml => version >= Version::V12_0,
        }
    }
}

/// The children of `Data`, or its text: a policy as one version is told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// For [`PolicyType::Wap`].
    Text(String),
    /// For [`PolicyType::Wbxml`].
    Elements(Fragment),
}

impl Document {
    /// Writes a policy in the form asked for.
    pub fn of(policy: &Policy, form: PolicyType, version: Version) -> Self {
        match form {
            PolicyType::Wap => Self::Text(wap(policy)),
            PolicyType::Wbxml => Self::Elements(Fragment::build(|writer| {
                writer.open(tag::EAS_PROVISION_DOC);
                for (tag, value) in told(policy, version) {
                    value.write(tag, writer);
                }
                writer.close();
            })),
        }
    }
}

/// What identifies a policy as this version is told it: elements that it cannot receive do not count.
// Outlook negotiates an old version and was sent round in circles by servers that counted the others as well.
pub fn fingerprint(policy: &Policy, version: Version) -> String {
    let form = if version < Version::V12_0 { PolicyType::Wap } else { PolicyType::Wbxml };
    let mut writer = Writer::new();
    match Document::of(policy, form, version) {
        Document::Text(text) => writer.text(tag::DATA, &text),
        Document::Elements(elements) => writer.append(&elements),
    }
    let digest = Sha256::digest(writer.finish());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a version can be told all of a policy that differs from the default.
pub fn is_told_whole(policy: &Policy, version: Version) -> bool {
    let default = Policy::default();
    let differs = TABLE.iter().filter(|row| (row.value)(policy) != (row.value)(&default));
    differs.filter(|row| row.tag.since().is_some_and(|since| since > version)).count() == 0
}

/// A policy as one version is told it, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The version.
    pub version: String,
    /// The elements that it is told, and what each says; of 2.5, the text.
    pub elements: Vec<(&'static str, String)>,
    /// Elements that differ from the default and that it has no word for.
    pub left_out: Vec<&'static str>,
}

/// The versions of the protocol, the oldest first.
pub fn versions() -> Vec<String> {
    Version::ALL.iter().map(ToString::to_string).collect()
}

/// A policy as each version is told it, the oldest first.
pub fn preview(policy: &Policy) -> Vec<Preview> {
    Version::ALL.into_iter().map(|version| preview_in(policy, version)).collect()
}

fn preview_in(policy: &Policy, version: Version) -> Preview {
    let default = Policy::default();
    let differs = TABLE.iter().filter(|row| (row.value)(policy) != (row.value)(&default));
    let is_unknown = |row: &&Row| row.tag.since().is_none_or(|since| since > version);
    let left_out: Vec<&str> = differs.filter(is_unknown).filter_map(|row| row.tag.name()).collect();
    let (elements, left_out) = if version < Version::V12_0 {
        // What the text can say is told by its own names.
        (vec![("wap-provisioningdoc", wap(policy))], left_out)
    } else {
        let named = told(policy, version).filter_map(|(tag, value)| Some((tag.name()?, value.to_string())));
        (named.collect(), left_out)
    };
    Preview { version: version.to_string(), elements, left_out }
}

fn told(policy: &Policy, version: Version) -> impl Iterator<Item = (Tag, Value<'_>)> {
    let is_known = move |row: &&Row| row.tag.since().is_some_and(|since| since <= version);
    TABLE.iter().filter(is_known).map(|row| (row.tag, (row.value)(policy)))
}

/// What an element says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'a> {
    Flag(bool),
    Number(i64),
    /// Nothing is an empty element.
    Limit(Option<i64>),
    /// Each in an element of its own.
    List(Tag, &'a [String]),
}

impl Value<'_> {
    fn write(self, tag: Tag, writer: &mut Writer) {
        match self {
            Self::Flag(flag) => writer.number(tag, u8::from(flag)),
            Self::Number(number) | Self::Limit(Some(number)) => writer.number(tag, number),
            Self::Limit(None) => writer.empty(tag),
            Self::List(entry, list) => {
                writer.container(tag, |writer| list.iter().for_each(|text| writer.text(entry, text)));
            }
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => u8::from(*flag).fmt(f),
            Self::Number(number) | Self::Limit(Some(number)) => number.fmt(f),
            Self::Limit(None) => Ok(()),
            Self::List(_, list) => list.join(", ").fmt(f),
        }
    }
}

struct Row {
    tag: Tag,
    value: fn(&Policy) -> Value<'_>,
}

const fn row(tag: Tag, value: fn(&Policy) -> Value<'_>) -> Row {
    Row { tag, value }
}

fn limit(number: Option<impl Into<i64>>) -> Value<'static> {
    Value::Limit(number.map(Into::into))
}

fn number(number: impl Into<i64>) -> Value<'static> {
    Value::Number(number.into())
}

// MS-ASPROV 2.2.2.28 (EASProvisionDoc), in the order of its schema. Since when each is there says the table of tags.
const TABLE: &[Row] = &[
    row(tag::DEVICE_PASSWORD_ENABLED, |policy| Value::Flag(policy.device_password_enabled)),
    row(tag::ALPHANUMERIC_DEVICE_PASSWORD_REQUIRED, |policy| {
        Value::Flag(policy.alphanumeric_device_password_required)
    }),
    row(tag::PASSWORD_RECOVERY_ENABLED, |policy| Value::Flag(policy.password_recovery_enabled)),
    row(tag::REQUIRE_STORAGE_CARD_ENCRYPTION, |policy| Value::Flag(policy.require_storage_card_encryption)),
    row(tag::ATTACHMENTS_ENABLED, |policy| Value::Flag(policy.attachments_enabled)),
    row(tag::MIN_DEVICE_PASSWORD_LENGTH, |policy| limit(policy.min_device_password_length)),
    row(tag::MAX_INACTIVITY_TIME_DEVICE_LOCK, |policy| limit(policy.max_inactivity_time_device_lock)),
    row(tag::MAX_DEVICE_PASSWORD_FAILED_ATTEMPTS, |policy| limit(policy.max_device_password_failed_attempts)),
    row(tag::MAX_ATTACHMENT_SIZE, |policy| limit(policy.max_attachment_size)),
    row(tag::ALLOW_SIMPLE_DEVICE_PASSWORD, |policy| Value::Flag(policy.allow_simple_device_password)),
    row(tag::DEVICE_PASSWORD_EXPIRATION, |policy| limit(policy.device_password_expiration)),
    row(tag::DEVICE_PASSWORD_HISTORY, |policy| number(policy.device_password_history)),
    row(tag::ALLOW_STORAGE_CARD, |policy| Value::Flag(policy.allow_storage_card)),
    row(tag::ALLOW_CAMERA, |policy| Value::Flag(policy.allow_camera)),
    row(tag::REQUIRE_DEVICE_ENCRYPTION, |policy| Value::Flag(policy.require_device_encryption)),
    row(tag::ALLOW_UNSIGNED_APPLICATIONS, |policy| Value::Flag(policy.allow_unsigned_applications)),
    row(tag::ALLOW_UNSIGNED_INSTALLATION_PACKAGES, |policy| {
        Value::Flag(policy.allow_unsigned_installation_packages)
    }),
    row(tag::MIN_DEVICE_PASSWORD_COMPLEX_CHARACTERS, |policy| {
        number(policy.min_device_password_complex_characters)
    }),
    row(tag::ALLOW_WI_FI, |policy| Value::Flag(policy.allow_wifi)),
    row(tag::ALLOW_TEXT_MESSAGING, |policy| Value::Flag(policy.allow_text_messaging)),
    row(tag::ALLOW_POPIMAP_EMAIL, |policy| Value::Flag(policy.allow_pop_imap_email)),
    row(tag::ALLOW_BLUETOOTH, |policy| number(policy.allow_bluetooth)),
    row(tag::ALLOW_IR_DA, |policy| Value::Flag(policy.allow_irda)),
    row(tag::REQUIRE_MANUAL_SYNC_WHEN_ROAMING, |policy| Value::Flag(policy.require_manual_sync_when_roaming)),
    row(tag::ALLOW_DESKTOP_SYNC, |policy| Value::Flag(policy.allow_desktop_sync)),
    row(tag::MAX_CALENDAR_AGE_FILTER, |policy| number(policy.max_calendar_age_filter)),
    row(tag::ALLOW_HTML_EMAIL, |policy| Value::Flag(policy.allow_html_email)),
    row(tag::MAX_EMAIL_AGE_FILTER, |policy| number(policy.max_email_age_filter)),
    row(tag::MAX_EMAIL_BODY_TRUNCATION_SIZE, |policy| number(policy.max_email_body_truncation_size)),
    row(tag::MAX_EMAIL_HTML_BODY_TRUNCATION_SIZE, |policy| {
        number(policy.max_email_html_body_truncation_size)
    }),
    row(tag::REQUIRE_SIGNED_SMIME_MESSAGES, |policy| Value::Flag(policy.require_signed_smime_messages)),
    row(tag::REQUIRE_ENCRYPTED_SMIME_MESSAGES, |policy| Value::Flag(policy.require_encrypted_smime_messages)),
    row(tag::REQUIRE_SIGNED_SMIME_ALGORITHM, |policy| number(policy.require_signed_smime_algorithm)),
    row(tag::REQUIRE_ENCRYPTION_SMIME_ALGORITHM, |policy| number(policy.require_encryption_smime_algorithm)),
    row(tag::ALLOW_SMIME_ENCRYPTION_ALGORITHM_NEGOTIATION, |policy| {
        number(policy.allow_smime_encryption_algorithm_negotiation)
    }),
    row(tag::ALLOW_SMIME_SOFT_CERTS, |policy| Value::Flag(policy.allow_smime_soft_certs)),
    row(tag::ALLOW_BROWSER, |policy| Value::Flag(policy.allow_browser)),
    row(tag::ALLOW_CONSUMER_EMAIL, |policy| Value::Flag(policy.allow_consumer_email)),
    row(tag::ALLOW_REMOTE_DESKTOP, |policy| Value::Flag(policy.allow_remote_desktop)),
    row(tag::ALLOW_INTERNET_SHARING, |policy| Value::Flag(policy.allow_internet_sharing)),
    row(tag::UNAPPROVED_IN_ROM_APPLICATION_LIST, |policy| {
        Value::List(tag::APPLICATION_NAME, &policy.unapproved_in_rom_applications)
    }),
    row(tag::APPROVED_APPLICATION_LIST, |policy| Value::List(tag::HASH, &policy.approved_applications)),
];

/// The text of 2.5: settings of Windows Mobile by their numbers and registry keys.
// MS-ASPROV 2.2.2.24.2 (Data, string): 4131 is 0 where a password is needed, 1 where not.
fn wap(policy: &Policy) -> String {
    const SECURITY: &str = r"HKLM\Comm\Security\Policy\LASSD";
    /// What Windows Mobile calls the lock of an idle device.
    const IDLE: &str = r"HKLM\Comm\Security\Policy\LASSD\AE\{50C13377-C66D-400C-889E-C316FC4AB374}";
    const PASSWORD: &str = r"HKLM\Comm\Security\Policy\LASSD\LAP\lap_pw";
    let needs_password = policy.device_password_enabled;
    let mut registry = Vec::new();
    if needs_password {
        let minutes = policy.max_inactivity_time_device_lock.map(|seconds| seconds.div_ceil(60).max(1));
        registry.push((IDLE, "AEFrequencyType", u32::from(minutes.is_some())));
        registry.extend(minutes.map(|minutes| (IDLE, "AEFrequencyValue", minutes)));
        let attempts = policy.max_device_password_failed_attempts;
        registry.extend(attempts.map(|attempts| (SECURITY, "DeviceWipeThreshold", attempts.into())));
        let length = policy.min_device_password_length;
        registry.extend(length.map(|length| (PASSWORD, "MinimumPasswordLength", length.into())));
        let complexity = if policy.alphanumeric_device_password_required { 0 } else { 2 };
        registry.push((PASSWORD, "PasswordComplexity", complexity));
    }
    let mut text = format!(
        r#"<wap-provisioningdoc><characteristic type="SecurityPolicy"><parm name="4131" value="{}"/></characteristic>"#,
        u8::from(!needs_password)
    );
    if !registry.is_empty() {
        text.push_str(r#"<characteristic type="Registry">"#);
        for (key, name, value) in registry {
            let setting = format!(r#"<parm name="{name}" value="{value}"/>"#);
            text.push_str(&format!(r#"<characteristic type="{key}">{setting}</characteristic>"#));
        }
        text.push_str("</characteristic>");
    }
    text.push_str("</wap-provisioningdoc>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eas::golden::check_text;

    fn strict() -> Policy {
        Policy {
            device_password_enabled: true,
            alphanumeric_device_password_required: true,
            min_device_password_length: Some(6),
            max_inactivity_time_device_lock: Some(90),
            max_device_password_failed_attempts: Some(8),
            ..Policy::default()
        }
    }

    #[test]
    fn every_element_is_told_in_the_order_of_the_table_of_tags() {
        assert!(TABLE.len() > 40);
        let mut tags: Vec<u8> = TABLE.iter().map(|row| row.tag.token()).collect();
        // The schema has PasswordRecoveryEnabled and RequireStorageCardEncryption the other way round.
        tags.swap(2, 3);
        assert!(tags.is_sorted());
    }

    /// Quirk hash-of-what-is-told.
    #[test]
    fn a_fingerprint_counts_only_what_the_version_can_receive() {
        let no_camera = Policy { allow_camera: false, ..Policy::default() };
        let default = Policy::default();
        assert_eq!(fingerprint(&no_camera, Version::V12_0), fingerprint(&default, Version::V12_0));
        assert_ne!(fingerprint(&no_camera, Version::V12_1), fingerprint(&default, Version::V12_1));
        assert_eq!(fingerprint(&no_camera, Version::V2_5), fingerprint(&default, Version::V2_5));
        assert!(!is_told_whole(&no_camera, Version::V12_0));
        assert!(is_told_whole(&no_camera, Version::V12_1));
        assert!(is_told_whole(&strict(), Version::V12_0));
    }

    #[test]
    fn a_preview_says_what_each_version_is_told_and_what_not() {
        let preview = preview(&Policy { allow_camera: false, ..strict() });
        let of = |version: &str| preview.iter().find(|told| told.version == version).unwrap();
        assert_eq!(preview.len(), Version::ALL.len());
        assert!(of("14.1").elements.contains(&("AllowCamera", "0".to_owned())));
        assert!(of("14.1").elements.contains(&("MinDevicePasswordLength", "6".to_owned())));
        assert_eq!((&*of("14.1").left_out, &*of("12.0").left_out), (&[][..], &["AllowCamera"][..]));
        assert!(of("2.5").elements[0].1.starts_with("<wap-provisioningdoc>"));
    }

    #[test]
    fn the_oldest_form_is_a_text() {
        let text = |policy: &Policy| match Document::of(policy, PolicyType::Wap, Version::V2_5) {
            Document::Text(text) => text,
            Document::Elements(_) => panic!("a text"),
        };
        check_text("provision/policy-2.5-default.txt", &text(&Policy::default()));
        check_text("provision/policy-2.5-strict.txt", &text(&strict()));
    }
}
