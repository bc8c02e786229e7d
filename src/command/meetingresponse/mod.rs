//! `MeetingResponse`: an invitation is answered. Reads no iCalendar.
//!
//! The event is in the calendar with the answer, the invitation is put away, and the organizer hears it where the phone
//! leaves that to us.

mod answer;
mod invitation;

use wbxml::Document;

use self::answer::Answered;
use self::invitation::Invitation;
use self::invitation::Of;
use crate::app::App;
use crate::command::calendar;
use crate::command::calendar::Known;
use crate::command::carry::carry;
use crate::command::phone::Phone;
use crate::eas::meetingresponse as eas;
use crate::eas::meetingresponse::Given;
use crate::eas::meetingresponse::Request;
use crate::eas::meetingresponse::Status;
use crate::error::Error;
use crate::model::id::server_id;
use crate::store::Tx;
use crate::store::folder;
use crate::store::retrying;

/// More than anybody answers at once; each costs a message to be fetched.
const MOST: usize = 100;

/// Answers a `MeetingResponse`.
pub async fn meetingresponse(app: &App, phone: &Phone, document: &Document) -> Result<Vec<u8>, Error> {
    let asked = eas::parse(document.root(), phone.version);
    if asked.is_empty() || asked.len() > MOST {
        return Ok(eas::encode(&[Given { status: Status::INVALID_REQUEST, ..Given::default() }]));
    }
    let mut given = Vec::with_capacity(asked.len());
    for asked in asked {
        given.push(match asked {
            Ok(request) => {
                let came = Box::pin(one(app, phone, &request)).await?;
                let (status, calendar_id) =
                    came.map_or_else(|status| (status, None), |id| (Status::SUCCESS, id));
                Given { request_id: request.request_id().map(str::to_owned), status, calendar_id }
            }
            Err(wrong) => Given { request_id: wrong.request_id, status: wrong.status, calendar_id: None },
        });
    }
    Ok(eas::encode(&given))
}

/// What the event is called that came of it, if there is one.
async fn one(app: &App, phone: &Phone, request: &Request) -> Result<Result<Option<String>, Status>, Error> {
    let invitation = match Box::pin(invitation::find(app, phone, request)).await {
        Ok(invitation) => invitation,
        Err(invitation::Stop::Status(status)) => return Ok(Err(status)),
        // MS-ASCMD 2.2.3.177.9 (Status): the mailbox failed, the phone tries again.
        Err(invitation::Stop::Failed(Error::Connector(error))) => {
            tracing::warn!(account = %phone.device.account, %error, "an invitation cannot be fetched");
            return Ok(Err(Status::MAILBOX_ERROR));
        }
        Err(invitation::Stop::Failed(error)) => return Err(error),
    };
    let mail = answer::prepare(app, phone, request, &invitation).await?;
    retrying(|| settle(app, phone, request, &invitation, mail.as_ref())).await
}

/// All that comes of an answer, in one transaction.
async fn settle(
    app: &App,
    phone: &Phone,
    request: &Request,
    invitation: &Invitation,
    mail: Option<&answer::Mail>,
) -> Result<Result<Option<String>, Status>, Error> {
    let (account, now) = (phone.device.account, app.now());
    let mut tx = app.store().begin().await?;
    let known = known(&mut tx, phone, invitation).await?;
    let stored = known.as_ref().map(|known| &known.event);
    let answered = match answer::answered(phone, request, invitation, stored, now) {
        Ok(answered) => answered,
        Err(status) => return Ok(Err(status)),
    };
    if let Some(mail) = mail {
        let is_as_before = match (&answered, stored) {
            (Answered::Gone, None) => true,
            (Answered::Event(event), Some(stored)) => answer::is_same(event, stored),
            (Answered::Event(_), None) | (Answered::Gone, Some(_)) => false,
        };
        mail.send(&mut tx, phone, is_as_before, now).await?;
    }
    let place = match (answered, known) {
        (Answered::Event(event), Some(known)) => Some(known.replace(&mut tx, &event, now).await?),
        (Answered::Event(event), None) => calendar::create(&mut tx, account, &event, now).await?,
        (Answered::Gone, Some(known)) => {
            known.delete(&mut tx, now).await?;
            None
        }
        (Answered::Gone, None) => None,
    };
    if let Of::Mail { place: Some(mail), .. } = invitation.of
        && let Some(bin) = folder::bin(&mut tx, account).await?
    {
        carry(&mut tx, mail, &bin, now).await?;
    }
    tx.commit().await?;
    Ok(Ok(place.map(|place| server_id(place.folder, place.item))))
}

/// The event of an invitation, if it is in a calendar.
async fn known(tx: &mut Tx, phone: &Phone, invitation: &Invitation) -> Result<Option<Known>, Error> {
    match invitation.of {
        Of::Event { place } => Ok(calendar::at(tx, place).await?),
        Of::Mail { .. } => Ok(calendar::of(tx, phone.device.account, &invitation.event).await?),
    }
}
