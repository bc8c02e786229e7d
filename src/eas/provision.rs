//! The `Provision` command as values: the policy told, taken and refused; wipes ordered and done. Decides nothing.

use wbxml::Element;
use wbxml::Version;
use wbxml::Writer;
use wbxml::provision as tag;
use wbxml::settings;

use crate::eas::element;
use crate::eas::policy::Document;
use crate::eas::policy::PolicyType;
use crate::eas::query::PolicyKey;
use crate::eas::settings::DeviceInformation;

// MS-ASPROV 2.2.2.54.2 (Status, of Provision) and 3.1.5.2; 139, 141 and 145 among the common ones.
crate::eas::status::statuses! { command
    /// How the request fared.
    Status {
        /// All is well.
        SUCCESS = 1,
        /// The request breaks the rules.
        PROTOCOL_ERROR = 2,
        /// Something failed here.
        SERVER_ERROR = 3,
    }
}

// MS-ASPROV 2.2.2.54.1 (Status, of Policy).
crate::eas::status::statuses! {
    /// How a policy fared.
    PolicyStatus {
        /// Here it is, or: it is taken.
        SUCCESS = 1,
        /// There is no policy for this client.
        NO_POLICY = 2,
        /// Nobody knows this form.
        UNKNOWN_TYPE = 3,
        /// The policy is broken.
        CORRUPT = 4,
        /// Another policy is the one to take.
        WRONG_KEY = 5,
    }
}

/// How far a phone got with a policy (MS-ASPROV 2.2.2.54.1, in requests).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compliance {
    /// It does all of it.
    Full,
    /// It does some of it.
    Partial,
    /// It does none of it.
    None,
    /// It says that somebody else manages it.
    External,
    /// It says nothing that makes sense.
    Unknown,
}

/// Whether a version can tell a phone to remove the account alone.
// MS-ASPROV 2.2.2.1 (AccountOnlyRemoteWipe): from 16.1 on.
pub fn carries_account_wipe(version: Version) -> bool {
    version >= Version::V16_1
}

/// The same of a version as it is written; not of what is none.
pub fn can_wipe_account(version: &str) -> bool {
    version.parse().is_ok_and(carries_account_wipe)
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What the phone says of itself, from 14.1 on; the inner none is an element that sets nothing.
    pub device: Option<Option<DeviceInformation>>,
    /// The policy that it asks for or has taken.
    pub policy: Option<PolicyRequest>,
    /// Whether it wiped itself when told so; the inner flag says whether that went well.
    pub wiped: Option<bool>,
    /// Whether it wiped the account when told so, from 16.1 on.
    pub account_wiped: Option<bool>,
}

/// A policy that a phone asks for, or has taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyRequest {
    /// The form, as named.
    pub policy_type: String,
    /// The key of the policy that it has taken; none when it asks for one.
    pub key: Option<PolicyKey>,
    /// How far it got; none when it asks for a policy.
    pub compliance: Option<Compliance>,
}

impl Request {
    /// Reads a `Provision` element, in any order.
    pub fn parse(root: Element<'_>) -> Self {
        let wiped = |tag| root.child(tag).map(|wipe| element::number::<u8>(wipe, tag::STATUS) == Some(1));
        Self {
            device: root.child(settings::DEVICE_INFORMATION).map(DeviceInformation::parse),
            policy: root
                .child(tag::POLICIES)
                .and_then(|policies| policies.child(tag::POLICY))
                .map(PolicyRequest::parse),
            wiped: wiped(tag::REMOTE_WIPE),
            account_wiped: wiped(tag::ACCOUNT_ONLY_REMOTE_WIPE),
        }
    }
}

impl PolicyRequest {
    fn parse(element: Element<'_>) -> Self {
        Self {
            policy_type: element::string(element, tag::POLICY_TYPE).unwrap_or_default(),
            key: element::text(element, tag::POLICY_KEY).and_then(PolicyKey::parse),
            compliance: element::text(element, tag::STATUS).map(Compliance::parse),
        }
    }

    /// Whether it says what became of a policy, rather than asking for one.
    pub fn is_acknowledgement(&self) -> bool {
        self.key.is_some() || self.compliance.is_some()
    }
}

impl Compliance {
    fn parse(text: &str) -> Self {
        match text.trim() {
            "1" => Self::Full,
            "2" => Self::Partial,
            "3" => Self::None,
            "4" => Self::External,
            _ => Self::Unknown,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Whether what the phone said of itself was understood, where it said something.
    pub device: Option<crate::eas::settings::Status>,
    /// How the request fared.
    pub status: Status,
    /// The policy, where one was asked for or taken.
    pub policy: Option<PolicyResponse>,
    /// What the phone is to wipe.
    pub wipe: Option<Wipe>,
}

/// A policy told or taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyResponse {
    /// The form, as the phone named it.
    pub policy_type: String,
    /// How it fared.
    pub status: PolicyStatus,
    /// The key to go on with.
    pub key: Option<PolicyKey>,
    /// What the policy says, in the first phase.
    pub data: Option<Document>,
}

/// What a phone is to wipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wipe {
    /// All of itself.
    Device,
    /// This account, from 16.1 on.
    Account,
}

impl Response {
    /// An answer that is nothing but a status.
    pub fn of_status(status: Status) -> Self {
        Self { device: None, status, policy: None, wipe: None }
    }

    /// Writes the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::PROVISION);
        if let Some(status) = self.device {
            writer.open(settings::DEVICE_INFORMATION);
            writer.number(settings::STATUS, status);
            writer.close();
        }
        writer.number(tag::STATUS, self.status);
        if let Some(policy) = &self.policy {
            writer.open(tag::POLICIES);
            writer.open(tag::POLICY);
            policy.write(&mut writer);
            writer.close();
            writer.close();
        }
        match self.wipe {
            Some(Wipe::Device) => writer.empty(tag::REMOTE_WIPE),
            Some(Wipe::Account) => writer.empty(tag::ACCOUNT_ONLY_REMOTE_WIPE),
            None => {}
        }
        writer.finish()
    }
}

impl PolicyResponse {
    fn write(&self, writer: &mut Writer) {
        writer.text(tag::POLICY_TYPE, &self.policy_type);
        writer.number(tag::STATUS, self.status);
        if let Some(key) = self.key {
            writer.number(tag::POLICY_KEY, key);
        }
        match &self.data {
            Some(Document::Text(text)) => writer.text(tag::DATA, text),
            Some(Document::Elements(elements)) => {
                writer.open(tag::DATA);
                writer.append(elements);
                writer.close();
            }
            None => {}
        }
    }
}

/// The form that a phone named, if it is one that its version has.
pub fn form(policy_type: &str, version: Version) -> Option<PolicyType> {
    PolicyType::from_name(policy_type).filter(|form| form.is_in(version))
}

#[cfg(test)]
mod tests {
    use wbxml::Limits;
    use wbxml::Version;

    use super::*;
    use crate::eas::golden::check;
    use crate::eas::settings::Status as SettingsStatus;
    use crate::model::policy::Policy;

    fn parse(write: impl FnOnce(&mut Writer)) -> Request {
        let mut writer = Writer::new();
        writer.open(tag::PROVISION);
        write(&mut writer);
        Request::parse(wbxml::Document::decode(writer.finish(), &Limits::default()).unwrap().root())
    }

    #[test]
    fn a_phone_asks_and_says_what_it_is() {
        let request = parse(|writer| {
            writer.open(settings::DEVICE_INFORMATION);
            writer.open(settings::SET);
            writer.text(settings::MODEL, "Computer");
            writer.close();
            writer.close();
            writer.open(tag::POLICIES);
            writer.open(tag::POLICY);
            writer.text(tag::POLICY_TYPE, "MS-EAS-Provisioning-WBXML");
        });
        assert_eq!(request.device.flatten().and_then(|device| device.model).as_deref(), Some("Computer"));
        let policy = request.policy.unwrap();
        assert!(!policy.is_acknowledgement());
        assert_eq!(form(&policy.policy_type, Version::V14_1), Some(PolicyType::Wbxml));
        assert_eq!(form(&policy.policy_type, Version::V2_5), None);
    }

    #[test]
    fn a_phone_says_how_far_it_got() {
        let request = parse(|writer| {
            writer.open(tag::POLICIES);
            writer.open(tag::POLICY);
            writer.text(tag::POLICY_TYPE, "MS-EAS-Provisioning-WBXML");
            writer.text(tag::POLICY_KEY, "1307199584");
            writer.number(tag::STATUS, 2);
        });
        let policy = request.policy.unwrap();
        assert_eq!(
            (policy.key, policy.compliance),
            (Some(PolicyKey(1_307_199_584)), Some(Compliance::Partial))
        );
    }

    /// Quirk wipe-alone.
    #[test]
    fn a_wipe_may_be_all_that_is_said() {
        let request = parse(|writer| {
            writer.open(tag::REMOTE_WIPE);
            writer.number(tag::STATUS, 1);
        });
        assert_eq!((request.wiped, request.account_wiped, request.policy), (Some(true), None, None));
        let request = parse(|writer| {
            writer.open(tag::ACCOUNT_ONLY_REMOTE_WIPE);
            writer.number(tag::STATUS, 2);
        });
        assert_eq!((request.wiped, request.account_wiped), (None, Some(false)));
        assert_eq!(parse(|_| {}), Request::default());
    }

    fn first(form: PolicyType, version: Version, device: Option<SettingsStatus>) -> Vec<u8> {
        let policy = PolicyResponse {
            policy_type: form.as_str().to_owned(),
            status: PolicyStatus::SUCCESS,
            key: Some(PolicyKey(1_307_199_584)),
            data: Some(Document::of(&Policy::default(), form, version)),
        };
        Response { device, policy: Some(policy), ..Response::of_status(Status::SUCCESS) }.encode()
    }

    #[test]
    fn each_version_is_told_the_policy_in_its_form() {
        check("provision/policy-2.5", &first(PolicyType::Wap, Version::V2_5, None));
        check("provision/policy-12.0", &first(PolicyType::Wbxml, Version::V12_0, None));
        check(
            "provision/policy-14.1",
            &first(PolicyType::Wbxml, Version::V14_1, Some(SettingsStatus::SUCCESS)),
        );
    }

    #[test]
    fn a_policy_taken_is_answered_with_a_key() {
        let policy = PolicyResponse {
            policy_type: PolicyType::Wbxml.as_str().to_owned(),
            status: PolicyStatus::SUCCESS,
            key: Some(PolicyKey(3_942_919_513)),
            data: None,
        };
        let response = Response { policy: Some(policy), ..Response::of_status(Status::SUCCESS) };
        check("provision/taken", &response.encode());
    }

    #[test]
    fn a_wipe_is_ordered_with_an_empty_element() {
        let response = |wipe| Response { wipe: Some(wipe), ..Response::of_status(Status::SUCCESS) };
        check("provision/wipe", &response(Wipe::Device).encode());
        check("provision/wipe-account", &response(Wipe::Account).encode());
    }
}
