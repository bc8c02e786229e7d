//! What a phone answers: an invitation in a mailbox, or a meeting in a calendar. Answers nothing.

use std::time::Duration;

use jiff::civil::DateTime;
use tokio::time::Instant;
use wbxml::Version;

use crate::app::App;
use crate::command::phone::Phone;
use crate::command::sync::window;
use crate::eas::class;
use crate::eas::meetingresponse::Item;
use crate::eas::meetingresponse::Request;
use crate::eas::meetingresponse::Status;
use crate::eas::name::ItemName;
use crate::eas::name::Which;
use crate::eas::status::Common;
use crate::error::Error;
use crate::mailbox;
use crate::mailbox::find;
use crate::mime::address::Mailbox;
use crate::mime::calendar::Scheduling;
use crate::mime::letter::Letter;
use crate::mime::letter::Wanted;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;

/// A mail server may take so long; the rest of a phone's patience is for the answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often a mail is looked for that is being moved, and how long it takes to arrive.
const LOOKS: u32 = 10;
const LOOK_AGAIN: Duration = Duration::from_millis(150);

/// Something that can be answered.
#[derive(Debug)]
pub(super) struct Invitation {
    /// The meeting, as whoever invites has it or the calendar.
    pub(super) event: Event,
    /// The occurrence of the calendar's event that is answered, if not all of them.
    pub(super) occurrence: Option<DateTime>,
    /// Who invites, if that is known.
    pub(super) organizer: Option<Mailbox>,
    /// Where it was found.
    pub(super) of: Of,
}

/// Where an invitation was found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// It is a mail; where the journal has it, if it has.
    Mail { place: Option<Place> },
    /// It is in a calendar.
    Event { place: Place },
}

/// Why there is nothing to answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// The phone hears why.
    Status(Status),
    /// Something broke.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

const INVALID: Stop = Stop::Status(Status::INVALID_REQUEST);

/// Finds what is answered.
pub(super) async fn find(app: &App, phone: &Phone, request: &Request) -> Result<Invitation, Stop> {
    let (text, collection) = match &request.item {
        Item::Of { collection_id, request_id } => (request_id, Some(collection_id)),
        Item::Found(id) => (id, None),
    };
    let name = text.parse::<ItemName>().map_err(|_| INVALID)?;
    let is_of = |collection: &String| collection.trim() == name.folder.to_string();
    if !collection.is_none_or(is_of) {
        return Err(INVALID);
    }
    let mut reader = app.store().read().await?;
    let row = folder::find(&mut reader, phone.device.account, name.folder).await?;
    drop(reader);
    let invitation = match row.filter(|row| !row.deleted).map(|row| row.folder.class) {
        Some(Class::Email) => mail(app, phone, request, &name).await?,
        // MS-ASCMD 2.2.1.11 (MeetingResponse): what is in a calendar from 14.1 on.
        Some(Class::Calendar) if phone.version >= Version::V14_1 => event(app, phone, request, &name).await?,
        Some(_) | None => return Err(INVALID),
    };
    let is_own = |organizer: &Mailbox| organizer.address.eq_ignore_ascii_case(&phone.owner.email);
    // MS-ASCMD 2.2.3.177.9 (Status): 2 for a meeting that is the user's own.
    if invitation.organizer.as_ref().is_some_and(is_own) { Err(INVALID) } else { Ok(invitation) }
}

async fn mail(app: &App, phone: &Phone, request: &Request, name: &ItemName) -> Result<Invitation, Stop> {
    // MS-ASCMD 2.2.3.177.9 (Status): 2 for an occurrence of what is a mail.
    if request.instance_id.is_some() {
        return Err(INVALID);
    }
    let (place, letter) = opened(app, phone, name).await?;
    if letter.scheduling() != Some(Scheduling::Request) {
        return Err(INVALID);
    }
    let event = mailbox::meeting(&letter).ok_or(INVALID)?;
    let headers = letter.headers();
    let organizer =
        organizer(&event).or_else(|| headers.reply_to.iter().chain(&headers.from).next().cloned());
    Ok(Invitation { occurrence: None, organizer, of: Of::Mail { place }, event })
}

/// The invitation, and where the journal has it. One that was answered a moment ago is on its way to Deleted Items, and
/// for a moment in neither place.
async fn opened(app: &App, phone: &Phone, name: &ItemName) -> Result<(Option<Place>, Letter), Stop> {
    for look in 1.. {
        let found = find::find(app, phone.device.account, name).await?.ok_or(INVALID)?;
        if let Some(letter) = found.letter(Instant::now() + PATIENCE, &calendar).await? {
            return Ok((found.place, letter));
        }
        if look == LOOKS {
            break;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(INVALID)
}

fn calendar(letter: &Letter) -> Vec<Wanted> {
    /// No invitation is longer.
    const MOST: u64 = 1024 * 1024;
    letter.calendar_section().map(|section| Wanted { section, most: Some(MOST) }).into_iter().collect()
}

async fn event(app: &App, phone: &Phone, request: &Request, name: &ItemName) -> Result<Invitation, Stop> {
    let Which::Held(item) = name.item else { return Err(INVALID) };
    let place = Place { account: phone.device.account, folder: name.folder, item };
    let mut reader = app.store().read().await?;
    let row = item::newest(&mut reader, place).await?.filter(|row| !row.version.meta.deleted);
    drop(reader);
    let Ok(Content::Event(event)) = window::content(Class::Calendar, &row.ok_or(INVALID)?.version) else {
        return Err(INVALID);
    };
    let organizer = organizer(&event);
    if organizer.is_none() {
        return Err(INVALID);
    }
    let occurrence = match &request.instance_id {
        None => None,
        // MS-ASCMD 2.2.3.92.1 (InstanceId): 146 for a meeting that does not recur.
        Some(_) if !event.is_recurring() => {
            return Err(Stop::Status(Common::NO_RECURRENCE_IN_CALENDAR.into()));
        }
        Some(id) => Some(class::occurrence_at(&event, id, &phone.view()).ok_or(INVALID)?),
    };
    Ok(Invitation { event, occurrence, organizer, of: Of::Event { place } })
}

/// Who invites, as the event has it.
fn organizer(event: &Event) -> Option<Mailbox> {
    let address = event.organizer()?.to_owned();
    Some(Mailbox { name: event.organizer_name().map(str::to_owned), address })
}
