//! `Settings`: what the phone says of itself is kept, and that its user is away; who the user is is told; the rest is
//! said not to be there.

use wbxml::Document;
use wbxml::Version;

use crate::absence;
use crate::app::App;
use crate::command::device;
use crate::command::phone::Phone;
use crate::eas::settings::Request;
use crate::eas::settings::Response;
use crate::eas::settings::Status;
use crate::eas::settings::UserInformation;
use crate::eas::settings::out_of_office::OutOfOffice;
use crate::eas::settings::out_of_office::Told;
use crate::eas::status::Common;
use crate::error::Error;
use crate::model::absence::AbsenceState;
use crate::store::retrying;

/// Answers a `Settings`.
pub async fn settings(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let request = Request::parse(document.root());
    if request.is_empty() {
        return Ok(Response::of_status(Status::PROTOCOL_ERROR).encode(phone.version));
    }
    let device_information = match &request.device_information {
        None => None,
        Some(None) => Some(Status::PROTOCOL_ERROR),
        Some(Some(said)) => {
            if !phone.device.is_probe() {
                retrying(async || {
                    let mut tx = app.store().begin().await?;
                    device::keep(app, &mut tx, &phone.device, said).await?;
                    tx.commit().await?;
                    Ok::<(), Error>(())
                })
                .await?;
            }
            Some(Status::SUCCESS)
        }
    };
    let has_mail = absence::has_mail(app, phone.device.account).await?;
    let out_of_office = match &request.out_of_office {
        Some(asked) => Some(out_of_office(app, phone, asked).await?),
        None => None,
    };
    let response = Response {
        status: Status::SUCCESS,
        out_of_office,
        device_information,
        device_password: request.device_password.as_ref().map(|said| device_password(said.as_deref())),
        user_information: request
            .user_information
            .map(|is_asked| if is_asked { Ok(user(phone, has_mail)) } else { Err(Status::PROTOCOL_ERROR) }),
        rights_management: rights_management(&request, phone.version),
    };
    Ok(response.encode(phone.version))
}

async fn out_of_office(app: &App, phone: &Phone, asked: &OutOfOffice) -> Result<Result<Told, Status>, Error> {
    let account = phone.device.account;
    Ok(match asked {
        OutOfOffice::Get { wants_html } => {
            let absence = Box::new(absence::of(app, account).await?);
            Ok(Told::Absence { absence, wants_html: *wants_html })
        }
        OutOfOffice::Set(change) => match absence::change(app, account, |known| change.over(known)).await? {
            Some(_) => Ok(Told::Done),
            // Who has no mail is never away from it.
            None if change.state == Some(AbsenceState::Off) => Ok(Told::Done),
            None => Err(Status::INVALID_ARGUMENTS),
        },
        OutOfOffice::Malformed(status) => Err(*status),
    })
}

// MS-ASCMD 2.2.3.177.15 (Status): 7, as recovery passwords are nothing that this server keeps.
fn device_password(said: Option<&str>) -> Status {
    /// Longer ones are none (MS-ASCMD 2.2.3.132.3 Password).
    const LONGEST: usize = 255;
    match said {
        None => Status::PROTOCOL_ERROR,
        Some(password) if password.chars().count() > LONGEST => Status::INVALID_ARGUMENTS,
        Some(_) => Status::DENIED_BY_POLICY,
    }
}

fn user(phone: &Phone, has_mail: bool) -> UserInformation {
    UserInformation {
        display_name: phone.owner.name.clone(),
        addresses: vec![phone.owner.email.clone()],
        send_disabled: !has_mail,
    }
}

// MS-ASRM: from 14.1 on.
fn rights_management(request: &Request, version: Version) -> Option<Status> {
    let is_known = request.rights_management? && version >= Version::V14_1;
    Some(if is_known { Common::IRM_FEATURE_DISABLED.into() } else { Status::PROTOCOL_ERROR })
}
