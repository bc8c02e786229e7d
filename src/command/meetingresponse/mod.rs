//! `MeetingResponse`: an invitation is answered. Reads no iCalendar.
//!
//! The event is in the calendar with the answer, the invitation is put away, and the organizer hears it where the phone
//! leaves that to us.

mod answer;
mod invitation;

use jiff::Timestamp;
use wbxml::Document;

use self::answer::Answered;
use self::invitation::Invitation;
use self::invitation::Of;
use crate::app::App;
use crate::command::carry::carry;
use crate::command::owe::Deed;
use crate::command::owe::owe;
use crate::command::phone::Phone;
use crate::command::sync::window;
use crate::eas::meetingresponse as eas;
use crate::eas::meetingresponse::Given;
use crate::eas::meetingresponse::Request;
use crate::eas::meetingresponse::Status;
use crate::error::Error;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::folder::Folder;
use crate::model::folder::default_of;
use crate::model::id::Rev;
use crate::model::id::server_id;
use crate::store::Tx;
use crate::store::folder;
use crate::store::item;
use crate::store::item::New;
use crate::store::item::Place;
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
        (Answered::Event(event), None) => create(&mut tx, phone, &event, now).await?,
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

/// The event as the calendar has it.
struct Known {
    folder: Folder,
    place: Place,
    rev: Rev,
    event: Event,
}

/// The event of an invitation in one of the calendars that its owner may write in, if it is in one.
async fn known(tx: &mut Tx, phone: &Phone, invitation: &Invitation) -> Result<Option<Known>, Error> {
    let account = phone.device.account;
    if let Of::Event { place } = invitation.of {
        let Some(folder) = folder::find(tx, account, place.folder).await? else { return Ok(None) };
        return of_place(tx, folder.folder, place).await;
    }
    let Some(uid) = invitation.event.uid.as_deref() else { return Ok(None) };
    let calendars = folder::list(tx, account).await?.into_iter().map(|row| row.folder);
    let mut calendars: Vec<Folder> =
        calendars.filter(|folder| folder.class == Class::Calendar && !folder.read_only).collect();
    // The main one first.
    calendars.sort_by_key(|folder| folder.id);
    for folder in calendars {
        for row in item::by_uid(tx, account, folder.id, uid).await? {
            let place = Place { account, folder: folder.id, item: row.version.meta.item };
            let known = of_place(tx, folder.clone(), place).await?;
            if let Some(known) = known.filter(|known| answer::is_of(&invitation.event, &known.event)) {
                return Ok(Some(known));
            }
        }
    }
    Ok(None)
}

async fn of_place(tx: &mut Tx, folder: Folder, place: Place) -> Result<Option<Known>, Error> {
    let row = item::newest(tx, place).await?.filter(|row| !row.version.meta.deleted);
    let Some(row) = row else { return Ok(None) };
    let Ok(Content::Event(event)) = window::content(folder.class, &row.version) else { return Ok(None) };
    Ok(Some(Known { folder, place, rev: row.version.meta.rev, event }))
}

impl Known {
    // Nobody's deed: every phone hears of it.
    async fn replace(self, tx: &mut Tx, event: &Event, now: Timestamp) -> Result<Place, Error> {
        if *event != self.event {
            let rev = item::replace(tx, self.place, &Content::Event(event.clone()), None, now).await?;
            let deed = Deed { place: self.place, base_rev: self.rev, rev, server_wins: true, now };
            owe(tx, &self.folder, deed).await?;
        }
        Ok(self.place)
    }

    async fn delete(self, tx: &mut Tx, now: Timestamp) -> Result<(), Error> {
        let rev = item::delete(tx, self.place, None, now).await?;
        let deed = Deed { place: self.place, base_rev: self.rev, rev, server_wins: true, now };
        owe(tx, &self.folder, deed).await
    }
}

async fn create(tx: &mut Tx, phone: &Phone, event: &Event, now: Timestamp) -> Result<Option<Place>, Error> {
    let account = phone.device.account;
    let Some(id) = default_of(Class::Calendar) else { return Ok(None) };
    let Some(row) = folder::find(tx, account, id).await?.filter(|row| !row.deleted) else { return Ok(None) };
    let content = Content::Event(event.clone());
    let new = New { content: &content, writer: None, remote_id: None, etag: None, now };
    let (item, rev) = item::create(tx, account, id, new).await?;
    let place = Place { account, folder: id, item };
    owe(tx, &row.folder, Deed { place, base_rev: Rev(0), rev, server_wins: true, now }).await?;
    Ok(Some(place))
}
