//! What an organisation demands of phones. Not how a phone is told.

use serde::Deserialize;
use serde::Serialize;

/// A policy and how strictly it is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provisioning {
    /// Whether a phone must have taken the policy before it may do anything else.
    pub required: bool,
    /// Whether a phone that could not take all of it is turned away.
    pub refuse_partial: bool,
    /// Whether a phone that somebody else manages is turned away.
    pub refuse_external: bool,
    /// Device types that need not take it, letter case ignored: some programs cannot.
    pub exempt: Vec<String>,
    /// What it says.
    pub settings: Policy,
}

impl Provisioning {
    /// Whether devices of this type have to take the policy.
    pub fn binds(&self, device_type: &str) -> bool {
        self.required && !self.exempt.iter().any(|exempt| exempt.eq_ignore_ascii_case(device_type))
    }
}

/// The settings of MS-ASPROV 2.2.2, by the names of its elements.
///
/// The default forbids nothing and asks for nothing: Mail for Exchange on Symbian stops syncing over settings that it
/// cannot enforce, and these are the values it accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Whether a password is needed.
    pub device_password_enabled: bool,
    /// Whether it needs letters and digits.
    pub alphanumeric_device_password_required: bool,
    /// Whether a password to recover the device is kept here.
    pub password_recovery_enabled: bool,
    /// Whether storage cards are encrypted.
    pub require_storage_card_encryption: bool,
    /// Whether attachments may be downloaded.
    pub attachments_enabled: bool,
    /// The length of a password.
    pub min_device_password_length: Option<u8>,
    /// After how many seconds the device locks.
    pub max_inactivity_time_device_lock: Option<u32>,
    /// After how many wrong passwords it wipes itself.
    pub max_device_password_failed_attempts: Option<u8>,
    /// The size of an attachment, in bytes.
    pub max_attachment_size: Option<u32>,
    /// Whether 1234 is a password.
    pub allow_simple_device_password: bool,
    /// After how many days a password has to change.
    pub device_password_expiration: Option<u32>,
    /// How many old passwords must not come again.
    pub device_password_history: u32,
    /// Whether storage cards may be used.
    pub allow_storage_card: bool,
    /// Whether the camera may be used.
    pub allow_camera: bool,
    /// Whether the device is encrypted.
    pub require_device_encryption: bool,
    /// Whether programs without a signature may run.
    pub allow_unsigned_applications: bool,
    /// Whether programs without a signature may be installed.
    pub allow_unsigned_installation_packages: bool,
    /// How many kinds of characters a password needs.
    pub min_device_password_complex_characters: u8,
    /// Whether wireless networks may be used.
    pub allow_wifi: bool,
    /// Whether short messages may be sent.
    pub allow_text_messaging: bool,
    /// Whether mail of other servers may be read.
    pub allow_pop_imap_email: bool,
    /// Bluetooth: 0 not, 1 for headsets, 2 for all.
    pub allow_bluetooth: u8,
    /// Whether infrared may be used.
    pub allow_irda: bool,
    /// Whether the phone syncs only when asked while it is abroad.
    pub require_manual_sync_when_roaming: bool,
    /// Whether it may sync with a computer.
    pub allow_desktop_sync: bool,
    /// The oldest events, in the codes of `FilterType`; 0 for all.
    pub max_calendar_age_filter: u8,
    /// Whether mail may be HTML.
    pub allow_html_email: bool,
    /// The oldest mail, in the codes of `FilterType`; 0 for all.
    pub max_email_age_filter: u8,
    /// The longest plain body; -1 for all of it.
    pub max_email_body_truncation_size: i32,
    /// The longest HTML body; -1 for all of it.
    pub max_email_html_body_truncation_size: i32,
    /// Whether mail must be signed.
    pub require_signed_smime_messages: bool,
    /// Whether mail must be encrypted.
    pub require_encrypted_smime_messages: bool,
    /// How mail is signed: 0 SHA1, 1 MD5.
    pub require_signed_smime_algorithm: u8,
    /// How mail is encrypted: 0 to 4 from the strongest to the weakest.
    pub require_encryption_smime_algorithm: u8,
    /// Whether another encryption may be agreed on: 0 not, 1 a strong one, 2 any.
    pub allow_smime_encryption_algorithm_negotiation: u8,
    /// Whether certificates may lie in a file.
    pub allow_smime_soft_certs: bool,
    /// Whether a browser may be used.
    pub allow_browser: bool,
    /// Whether the user may have private mail.
    pub allow_consumer_email: bool,
    /// Whether other computers may be operated from it.
    pub allow_remote_desktop: bool,
    /// Whether others may go online through it.
    pub allow_internet_sharing: bool,
    /// Built-in programs that must not run, by file name.
    pub unapproved_in_rom_applications: Vec<String>,
    /// Programs that may run, by hash; none for all.
    pub approved_applications: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            device_password_enabled: false,
            alphanumeric_device_password_required: false,
            password_recovery_enabled: false,
            require_storage_card_encryption: false,
            attachments_enabled: true,
            min_device_password_length: None,
            max_inactivity_time_device_lock: None,
            max_device_password_failed_attempts: None,
            max_attachment_size: None,
            allow_simple_device_password: true,
            device_password_expiration: None,
            device_password_history: 0,
            allow_storage_card: true,
            allow_camera: true,
            require_device_encryption: false,
            allow_unsigned_applications: true,
            allow_unsigned_installation_packages: true,
            min_device_password_complex_characters: 1,
            allow_wifi: true,
            allow_text_messaging: true,
            allow_pop_imap_email: true,
            allow_bluetooth: 2,
            allow_irda: true,
            require_manual_sync_when_roaming: false,
            allow_desktop_sync: true,
            max_calendar_age_filter: 0,
            allow_html_email: true,
            max_email_age_filter: 0,
            max_email_body_truncation_size: -1,
            max_email_html_body_truncation_size: -1,
            require_signed_smime_messages: false,
            require_encrypted_smime_messages: false,
            require_signed_smime_algorithm: 0,
            require_encryption_smime_algorithm: 0,
            allow_smime_encryption_algorithm_negotiation: 2,
            allow_smime_soft_certs: true,
            allow_browser: true,
            allow_consumer_email: true,
            allow_remote_desktop: true,
            allow_internet_sharing: true,
            unapproved_in_rom_applications: Vec::new(),
            approved_applications: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_bound_by_default() {
        assert!(!Provisioning::default().binds("iPhone"));
        let strict = Provisioning {
            required: true,
            exempt: vec!["WindowsOutlook15".to_owned()],
            ..Provisioning::default()
        };
        assert!(strict.binds("iPhone"));
        assert!(!strict.binds("windowsoutlook15"));
    }

    #[test]
    fn a_policy_says_only_what_is_not_the_default() {
        let policy: Policy = serde_json::from_str(r#"{"device_password_enabled":true}"#).unwrap();
        assert_eq!(policy, Policy { device_password_enabled: true, ..Policy::default() });
        assert!(serde_json::from_str::<Policy>(r#"{"allow_everything":true}"#).is_err());
    }
}
