//! A meeting that is passed on: whoever is to come gets an invitation. Sends nothing: `jobs/send` does.
//!
//! Who is asked by whom it is of, is a guest like the others from then on. Who is asked by another guest gets the
//! organizer's invitation as it is, and answers to the organizer.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::Digest as _;
use tokio::time::Instant;

use super::Request;
use super::SAME_BODY;
use super::Sender;
use super::accept::Accepting;
use super::accept::Mark;
use super::accept::guest;
use super::asked::Asked;
use super::asked::Meeting;
use super::connection;
use super::hex;
use super::original::refused;
use super::row;
use crate::app::App;
use crate::command::SEND_TIME;
use crate::command::phone::Phone;
use crate::command::status::Refusal;
use crate::command::sync::window;
use crate::connector::dav::ical;
use crate::eas::class;
use crate::eas::date;
use crate::eas::name::ItemName;
use crate::eas::name::Which;
use crate::eas::status::Common;
use crate::mailbox;
use crate::mailbox::find;
use crate::mime::address::Mailbox;
use crate::mime::calendar::Scheduling;
use crate::mime::compose::Outgoing;
use crate::mime::compose::Piece;
use crate::mime::compose::scheduling;
use crate::mime::compose::scheduling::Cover;
use crate::mime::headers::Headers;
use crate::mime::letter::Letter;
use crate::mime::letter::Wanted;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::message::Verb;
use crate::store::folder;
use crate::store::item;
use crate::store::item::Place;
use crate::store::outgoing;

/// What a message about a meeting asks of its reader.
const METHOD: &str = "REQUEST";
/// No invitation is longer.
const LONGEST: u64 = 1024 * 1024;

/// A meeting that is passed on.
struct Found {
    event: Event,
    /// Where the journal has it, or the message that it came in.
    place: Option<Place>,
    is_mail: bool,
}

/// Takes invitations to be sent.
pub(super) async fn forward(
    app: &App,
    phone: &Phone,
    asked: &Asked,
    meeting: &Meeting,
) -> Result<(), Refusal> {
    let now = app.now();
    let request = request(asked, meeting, now);
    let mut glance = app.store().glance().await?;
    let is_repeated = outgoing::was_asked(&mut glance, phone.who(), &request.name, request.since).await?;
    drop(glance);
    if is_repeated {
        return Ok(());
    }
    let connection = connection(app, phone).await?;
    let source = asked.source.as_ref().ok_or(Common::INVALID_XML)?;
    // Status 150: what the phone names is not there.
    let name = source.item.as_ref().ok_or(Common::ITEM_NOT_FOUND)?;
    let found = find(app, phone, name).await?;
    let at = source.instance.map(|instance| occurrence(phone, &found.event, instance)).transpose()?;
    let owner = Sender::of(phone).mailbox;
    let is_own = !found.is_mail && found.event.organizer().is_none_or(|one| is(one, &owner));
    let mut event = found.event;
    if is_own {
        let guests: Vec<_> = meeting.guests.iter().map(guest).collect();
        event.invite_guests(at, guest(&owner), &guests);
    }
    let sender = Sender::of(phone);
    let told = event.told_of(at).ok_or(Common::INVALID_DATE_TIME)?;
    let outgoing = message(told, meeting, &sender, now).ok_or(Common::MAIL_SUBMISSION_FAILED)?;
    let row = row(app, phone, connection, true, &outgoing, now);
    let mut accepting = Accepting::new(app, phone.who(), row, outgoing.header());
    for piece in outgoing.body() {
        if let Piece::Own(bytes) = piece {
            accepting.add(bytes).await?;
        }
    }
    let guests = meeting.guests.clone();
    let mark = found.place.and_then(|of| match (found.is_mail, is_own) {
        (true, _) => Some(Mark::Verb { of, verb: Verb::Forward }),
        (false, true) => Some(Mark::Guests { of, at, owner, guests }),
        (false, false) => None,
    });
    accepting.end(&request, mark).await?;
    Ok(())
}

fn is(address: &str, owner: &Mailbox) -> bool {
    address.eq_ignore_ascii_case(&owner.address)
}

fn request(asked: &Asked, meeting: &Meeting, now: Timestamp) -> Request {
    let headers = Headers { to: meeting.guests.clone(), ..Headers::default() };
    if let Some(id) = asked.client_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        return Request::named(id, &headers, now);
    }
    let digest = sha2::Sha256::digest(format!("{:?} {meeting:?}", asked.source));
    Request {
        name: format!("meeting {}", hex(&digest)),
        since: now.checked_sub(SAME_BODY).unwrap_or(Timestamp::MIN),
    }
}

async fn find(app: &App, phone: &Phone, name: &ItemName) -> Result<Found, Refusal> {
    let account = phone.device.account;
    let mut reader = app.store().read().await?;
    let row = folder::find(&mut reader, account, name.folder).await?.filter(|row| !row.deleted);
    let class = row.map(|row| row.folder.class);
    match (class, &name.item) {
        (Some(Class::Calendar), Which::Held(item)) => {
            let place = Place { account, folder: name.folder, item: *item };
            let row = item::newest(&mut reader, place).await?.filter(|row| !row.version.meta.deleted);
            let row = row.ok_or(Common::ITEM_NOT_FOUND)?;
            match window::content(Class::Calendar, &row.version) {
                Ok(Content::Event(event)) => Ok(Found { event, place: Some(place), is_mail: false }),
                Ok(_) | Err(_) => Err(Common::ITEM_NOT_FOUND.into()),
            }
        }
        (Some(Class::Email), _) => {
            drop(reader);
            mail(app, phone, name).await
        }
        (Some(_) | None, _) => Err(Common::ITEM_NOT_FOUND.into()),
    }
}

async fn mail(app: &App, phone: &Phone, name: &ItemName) -> Result<Found, Refusal> {
    let there = find::find(app, phone.device.account, name).await.map_err(refused)?;
    let there = there.ok_or(Common::ITEM_NOT_FOUND)?;
    let letter = there.letter(Instant::now() + SEND_TIME, &calendar).await.map_err(refused)?;
    let letter = letter.ok_or(Common::ITEM_NOT_FOUND)?;
    // MS-ASCMD 2.2.3.169 (SmartForward): only what is of a calendar goes to somebody in this way.
    if letter.scheduling() != Some(Scheduling::Request) {
        return Err(Common::MAIL_SUBMISSION_FAILED.into());
    }
    let event = mailbox::meeting(&letter).ok_or(Common::MAIL_SUBMISSION_FAILED)?;
    Ok(Found { event, place: there.place, is_mail: true })
}

fn calendar(letter: &Letter) -> Vec<Wanted> {
    letter.calendar_section().map(|section| Wanted { section, most: Some(LONGEST) }).into_iter().collect()
}

/// Which occurrence of a series is meant.
fn occurrence(phone: &Phone, event: &Event, instance: Timestamp) -> Result<DateTime, Common> {
    // MS-ASCMD 2.2.3.92.1 (InstanceId): 146 for a meeting that does not recur.
    if !event.is_recurring() {
        return Err(Common::NO_RECURRENCE_IN_CALENDAR);
    }
    // MS-ASCMD 2.2.1.19 (SmartForward): 104 for what is no occurrence of it.
    let at = class::occurrence_at(event, &date::compact(TimeZone::UTC.to_datetime(instance)), &phone.view());
    at.ok_or(Common::INVALID_DATE_TIME)
}

fn message(told: Event, meeting: &Meeting, sender: &Sender, now: Timestamp) -> Option<Outgoing> {
    let subject = format!("FW: {}", told.title.clone().unwrap_or_default());
    let has_words = !meeting.words.trim().is_empty();
    let is_html = meeting.is_html && has_words;
    let words = match &told.description {
        Some(description) if !has_words => description.clone(),
        _ => meeting.words.clone(),
    };
    let calendar = ical::tell(&Content::Event(told), Some(METHOD), now)?;
    let cover = Cover { to: &meeting.guests, subject: &subject, words: &words, is_html };
    Some(scheduling::enclose(&cover, METHOD, &calendar, &sender.rules(now)))
}
