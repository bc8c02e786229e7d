//! The `Settings` command as values: what a phone says of itself, and asks of its user. Keeps nothing.

pub mod out_of_office;

use serde::Deserialize;
use serde::Serialize;
use wbxml::Element;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::settings as tag;

use crate::eas::element;
use crate::eas::settings::out_of_office::OutOfOffice;
use crate::eas::settings::out_of_office::Told;

// MS-ASCMD 2.2.3.177.15 (Status, of Settings).
crate::eas::status::statuses! { command
    /// How the request or one setting fared.
    Status {
        /// All is well.
        SUCCESS = 1,
        /// The request breaks the rules.
        PROTOCOL_ERROR = 2,
        /// The user may not do that.
        ACCESS_DENIED = 3,
        /// Something failed here.
        SERVER_UNAVAILABLE = 4,
        /// The values make no sense here.
        INVALID_ARGUMENTS = 5,
        /// The values do not go together.
        CONFLICTING_ARGUMENTS = 6,
        /// The administrator does not have it.
        DENIED_BY_POLICY = 7,
    }
}

/// What a phone says of itself (MS-ASCMD 2.2.3.45 `DeviceInformation`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceInformation {
    /// The model.
    pub model: Option<String>,
    /// The number of the hardware.
    pub imei: Option<String>,
    /// The name its owner gave it.
    pub friendly_name: Option<String>,
    /// The operating system.
    pub os: Option<String>,
    /// The language of that.
    pub os_language: Option<String>,
    /// The telephone number.
    pub phone_number: Option<String>,
    /// The program, from 12.1 on.
    pub user_agent: Option<String>,
    /// Whether it wants to send short messages for the server, from 14.0 on.
    pub enable_outbound_sms: Option<bool>,
    /// The telephone company, from 14.0 on.
    pub mobile_operator: Option<String>,
}

/// Longer values are not kept (MS-ASCMD 2.2.3.115 `Model` and its like).
const LONGEST: usize = 1024;

impl DeviceInformation {
    /// Reads a `DeviceInformation` element; none when it sets nothing.
    pub fn parse(element: Element<'_>) -> Option<Self> {
        let set = element.child(tag::SET)?;
        let text = |tag| element::string(set, tag).filter(|text| !text.is_empty() && text.len() <= LONGEST);
        Some(Self {
            model: text(tag::MODEL),
            imei: text(tag::IMEI),
            friendly_name: text(tag::FRIENDLY_NAME),
            os: text(tag::OS),
            os_language: text(tag::OS_LANGUAGE),
            phone_number: text(tag::PHONE_NUMBER),
            user_agent: text(tag::USER_AGENT),
            enable_outbound_sms: element::flag(set, tag::ENABLE_OUTBOUND_SMS),
            mobile_operator: text(tag::MOBILE_OPERATOR),
        })
    }
}

/// A request: each part that is there is answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The out-of-office message.
    pub out_of_office: Option<OutOfOffice>,
    /// What the phone says of itself; the inner none is an element that sets nothing.
    pub device_information: Option<Option<DeviceInformation>>,
    /// A recovery password that is to be kept; the inner none where there is none in it.
    pub device_password: Option<Option<String>>,
    /// Whether the user's addresses are wanted, or something else that makes no sense.
    pub user_information: Option<bool>,
    /// Whether rights templates are wanted, or something else that makes no sense.
    pub rights_management: Option<bool>,
}

impl Request {
    /// Reads a `Settings` element.
    pub fn parse(root: Element<'_>) -> Self {
        Self {
            out_of_office: root.child(tag::OOF).map(OutOfOffice::parse),
            device_information: root.child(tag::DEVICE_INFORMATION).map(DeviceInformation::parse),
            device_password: root.child(tag::DEVICE_PASSWORD).map(password),
            user_information: root.child(tag::USER_INFORMATION).map(|asked| asked.has(tag::GET)),
            rights_management: root
                .child(tag::RIGHTS_MANAGEMENT_INFORMATION)
                .map(|asked| asked.has(tag::GET)),
        }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn password(element: Element<'_>) -> Option<String> {
    element::string(element.child(tag::SET)?, tag::PASSWORD)
}

/// An answer: the parts asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// How the request fared as a whole.
    pub status: Status,
    /// What is to be said of the out-of-office message.
    pub out_of_office: Option<Result<Told, Status>>,
    /// How what the phone said fared.
    pub device_information: Option<Status>,
    /// How the recovery password fared.
    pub device_password: Option<Status>,
    /// Who the user is.
    pub user_information: Option<Result<UserInformation, Status>>,
    /// Why there are no rights templates.
    pub rights_management: Option<Status>,
}

/// Who the user is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserInformation {
    /// The name people read.
    pub display_name: String,
    /// The addresses, the primary one first.
    pub addresses: Vec<String>,
    /// Whether the account cannot send.
    pub send_disabled: bool,
}

impl Response {
    /// An answer that is nothing but a status.
    pub fn of_status(status: Status) -> Self {
        Self {
            status,
            out_of_office: None,
            device_information: None,
            device_password: None,
            user_information: None,
            rights_management: None,
        }
    }

    /// Writes the answer.
    pub fn encode(&self, version: Version) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.open(tag::SETTINGS);
        writer.number(tag::STATUS, self.status);
        if let Some(told) = &self.out_of_office {
            out_of_office::write(told, &mut writer);
        }
        write_status(tag::DEVICE_INFORMATION, self.device_information, &mut writer);
        write_status(tag::DEVICE_PASSWORD, self.device_password, &mut writer);
        match &self.user_information {
            Some(Ok(user)) => user.write(version, &mut writer),
            Some(Err(status)) => write_status(tag::USER_INFORMATION, Some(*status), &mut writer),
            None => {}
        }
        write_status(tag::RIGHTS_MANAGEMENT_INFORMATION, self.rights_management, &mut writer);
        writer.finish()
    }
}

fn write_status(tag: Tag, status: Option<Status>, writer: &mut Writer) {
    if let Some(status) = status {
        writer.container(tag, |writer| writer.number(tag::STATUS, status));
    }
}

impl UserInformation {
    // MS-ASCMD 2.2.3.57 (EmailAddresses): in `Get` up to 14.0, in an account from 14.1 on, where the primary account
    // has no id (2.2.3.3.2 AccountId).
    fn write(&self, version: Version, writer: &mut Writer) {
        writer.open(tag::USER_INFORMATION);
        writer.number(tag::STATUS, Status::SUCCESS);
        writer.open(tag::GET);
        if version < Version::V14_1 {
            self.write_addresses(version, writer);
        } else {
            writer.open(tag::ACCOUNTS);
            writer.open(tag::ACCOUNT);
            writer.text(tag::USER_DISPLAY_NAME, &self.display_name);
            writer.number(tag::SEND_DISABLED, u8::from(self.send_disabled));
            self.write_addresses(version, writer);
            writer.close();
            writer.close();
        }
        writer.close();
        writer.close();
    }

    fn write_addresses(&self, version: Version, writer: &mut Writer) {
        writer.container(tag::EMAIL_ADDRESSES, |writer| {
            self.addresses.iter().for_each(|address| writer.text(tag::SMTP_ADDRESS, address));
            if let Some(primary) = self.addresses.first().filter(|_| version >= Version::V14_1) {
                writer.text(tag::PRIMARY_SMTP_ADDRESS, primary);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use wbxml::Document;
    use wbxml::Limits;

    use super::*;
    use crate::eas::golden::check;

    fn parse(write: impl FnOnce(&mut Writer)) -> Request {
        let mut writer = Writer::new();
        writer.open(tag::SETTINGS);
        write(&mut writer);
        Request::parse(Document::decode(writer.finish(), &Limits::default()).unwrap().root())
    }

    #[test]
    fn a_phone_says_what_it_is() {
        let request = parse(|writer| {
            writer.open(tag::DEVICE_INFORMATION);
            writer.open(tag::SET);
            writer.text(tag::MODEL, "E52");
            writer.empty(tag::IMEI);
            writer.text(tag::FRIENDLY_NAME, &"x".repeat(LONGEST + 1));
            writer.number(tag::ENABLE_OUTBOUND_SMS, 0);
        });
        let expected = DeviceInformation {
            model: Some("E52".to_owned()),
            enable_outbound_sms: Some(false),
            ..DeviceInformation::default()
        };
        assert_eq!(request.device_information, Some(Some(expected)));
        assert_eq!(request.user_information, None);
    }

    #[test]
    fn a_request_may_ask_for_several_things_or_none() {
        assert!(parse(|_| {}).is_empty());
        let request = parse(|writer| {
            writer.open(tag::USER_INFORMATION);
            writer.empty(tag::GET);
            writer.close();
            writer.open(tag::OOF);
            writer.open(tag::GET);
            writer.text(tag::BODY_TYPE, "Text");
            writer.close();
            writer.close();
            writer.empty(tag::DEVICE_INFORMATION);
        });
        assert_eq!(
            (request.user_information, request.out_of_office),
            (Some(true), Some(OutOfOffice::Get { wants_html: false }))
        );
        assert_eq!(request.device_information, Some(None));
    }

    #[test]
    fn addresses_stand_where_each_version_has_them() {
        let user = UserInformation {
            display_name: "Kari Nordmann".to_owned(),
            addresses: vec!["kari@fjord.example".to_owned(), "post@fjord.example".to_owned()],
            send_disabled: true,
        };
        let response = Response { user_information: Some(Ok(user)), ..Response::of_status(Status::SUCCESS) };
        check("settings/user-14.0", &response.encode(Version::V14_0));
        check("settings/user-14.1", &response.encode(Version::V14_1));
    }

    #[test]
    fn each_part_has_its_status() {
        let response = Response {
            out_of_office: Some(Ok(Told::Done)),
            device_information: Some(Status::SUCCESS),
            device_password: Some(Status::DENIED_BY_POLICY),
            user_information: Some(Err(Status::SERVER_UNAVAILABLE)),
            rights_management: Some(crate::eas::status::Common::IRM_FEATURE_DISABLED.into()),
            ..Response::of_status(Status::SUCCESS)
        };
        check("settings/parts", &response.encode(Version::V14_1));
        check("settings/failure", &Response::of_status(Status::PROTOCOL_ERROR).encode(Version::V14_1));
    }
}
