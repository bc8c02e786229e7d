//! What becomes of the event that is answered, and what its organizer is told. Finds neither.

use jiff::SignedDuration;
use jiff::Timestamp;

use super::invitation::Invitation;
use super::invitation::Of;
use crate::app::App;
use crate::command::phone::Phone;
use crate::command::sendmail;
use crate::command::sendmail::Sender;
use crate::command::sendmail::accept::Accepting;
use crate::eas::meetingresponse::Request;
use crate::eas::meetingresponse::Status;
use crate::error::Error;
use crate::mime::compose::Piece;
use crate::mime::compose::scheduling;
use crate::mime::compose::scheduling::Moment;
use crate::model::calendar::ParticipationStatus;
use crate::model::class::Class;
use crate::model::event::BusyStatus;
use crate::model::event::Event;
use crate::model::folder::default_of;
use crate::store::Tx;
use crate::store::folder;
use crate::store::outgoing;

/// An answer that was lost is asked for again within so long.
const SAME_ANSWER: SignedDuration = SignedDuration::from_mins(10);

/// What the calendar has of a meeting that was answered.
#[derive(Debug)]
pub(super) enum Answered {
    /// It is there, with the answer.
    Event(Box<Event>),
    /// It was declined.
    Gone,
}

/// The event with the answer, by what the calendar has of it.
pub(super) fn answered(
    phone: &Phone,
    request: &Request,
    invitation: &Invitation,
    stored: Option<&Event>,
    now: Timestamp,
) -> Result<Answered, Status> {
    let (mut event, at) = match (&invitation.of, stored) {
        // It went from the calendar meanwhile.
        (Of::Event { .. }, None) => return Err(Status::INVALID_REQUEST),
        (Of::Event { .. }, Some(stored)) => (stored.clone(), invitation.occurrence),
        (Of::Mail { .. }, stored) => invitation.event.joined(stored, &phone.owner.zone),
    };
    // Phones write to organizers themselves, or have us do it.
    event.answers_by_mail();
    let declines = request.answer == ParticipationStatus::Declined;
    let answer = |event: &mut Event| {
        let comment =
            request.message.as_ref().filter(|message| !message.is_html).map(|message| message.words.trim());
        event.answer(&phone.owner.email, request.answer, comment.filter(|words| !words.is_empty()));
        let is_tentative = request.answer == ParticipationStatus::Tentative;
        match event.busy_status() {
            BusyStatus::Busy if is_tentative => event.set_busy_status(BusyStatus::Tentative),
            BusyStatus::Tentative if !is_tentative => event.set_busy_status(BusyStatus::Busy),
            _ => {}
        }
    };
    match at {
        None if declines => return Ok(Answered::Gone),
        None => answer(&mut event),
        Some(at) if declines => event.exclude(at),
        Some(at) => {
            let mut occurrence = event.occurrence(at).ok_or(Status::INVALID_REQUEST)?;
            answer(&mut occurrence);
            event.set_occurrence(at, &occurrence);
        }
    }
    if stored.is_none_or(|stored| *stored != event) {
        event.updated = Some(now);
    }
    Ok(Answered::Event(Box::new(event)))
}

/// Whether two versions of an event say the same but for when they were made.
pub(super) fn is_same(one: &Event, other: &Event) -> bool {
    let (mut one, mut other) = (one.clone(), other.clone());
    (one.updated, other.updated) = (None, None);
    one == other
}

/// What the organizer is told, ready to be sent.
#[derive(Debug)]
pub(super) struct Mail {
    row: outgoing::Outgoing,
    request: String,
}

/// Makes the message for the organizer ready, if one is wanted and somebody can get it.
// MS-ASCMD 2.2.3.163 (SendResponse): without it nobody is told.
pub(super) async fn prepare(
    app: &App,
    phone: &Phone,
    request: &Request,
    invitation: &Invitation,
) -> Result<Option<Mail>, Error> {
    let (Some(message), Some(organizer)) = (&request.message, &invitation.organizer) else { return Ok(None) };
    let mut glance = app.store().glance().await?;
    let inbox = match default_of(Class::Email) {
        Some(inbox) => folder::find(&mut glance, phone.device.account, inbox).await?,
        None => None,
    };
    drop(glance);
    let Some(connection) = inbox.and_then(|inbox| inbox.folder.connection) else { return Ok(None) };
    let home = &phone.owner.zone;
    let series = &invitation.event;
    let occurrence = invitation.occurrence.and_then(|at| series.occurrence(at));
    let event = occurrence.as_ref().unwrap_or(series);
    let (zone, is_all_day) = (event.zone(home), event.is_all_day());
    let moment = |local| Moment::of(local, is_all_day, &zone);
    let ends = event.ends_at(home).map(|at| zone.to_datetime(at));
    let (Some(starts), Some(ends)) = (event.start.and_then(moment), ends.and_then(moment)) else {
        return Ok(None);
    };
    let at = invitation.occurrence.or_else(|| series.part_at());
    let title = event.title.clone().unwrap_or_default();
    let answer = scheduling::Answer {
        organizer,
        subject: &format!("{}: {title}", word(request)),
        words: &message.words,
        is_html: message.is_html,
        status: request.answer,
        uid: series.uid.as_deref().unwrap_or_default(),
        sequence: event.sequence.unwrap_or(0),
        recurrence_id: at.and_then(|at| Moment::of(at, series.is_all_day(), &series.zone(home))),
        title: &title,
        starts,
        ends,
        proposed: message.proposed,
    };
    let (sender, now) = (Sender::of(phone), app.now());
    let outgoing = scheduling::write(&answer, &sender.rules(now));
    let row = sendmail::row(app, phone, connection, true, &outgoing, now);
    let mut accepting = Accepting::new(app, phone.who(), row, outgoing.header());
    for piece in outgoing.body() {
        if let Piece::Own(bytes) = piece {
            accepting.add(bytes).await?;
        }
    }
    let request =
        format!("meeting {} {:?} {} {:?}", answer.uid, answer.recurrence_id, word(request), message.proposed);
    Ok(Some(Mail { row: accepting.lay_down().await?, request }))
}

fn word(request: &Request) -> &'static str {
    let is_proposal = request.message.as_ref().is_some_and(|message| message.proposed.is_some());
    match request.answer {
        _ if is_proposal => "New Time Proposed",
        ParticipationStatus::Accepted => "Accepted",
        ParticipationStatus::Declined => "Declined",
        ParticipationStatus::Tentative
        | ParticipationStatus::NeedsAction
        | ParticipationStatus::Delegated => "Tentative",
    }
}

impl Mail {
    /// Puts it on its way; not again, if nothing changed since it was asked for a moment ago: the answer was lost.
    pub(super) async fn send(
        &self,
        tx: &mut Tx,
        phone: &Phone,
        is_as_before: bool,
        now: Timestamp,
    ) -> Result<(), Error> {
        let since = now.checked_sub(SAME_ANSWER).unwrap_or(Timestamp::MIN);
        let is_new = outgoing::ask(tx, phone.who(), &self.request, since, now).await?;
        if is_new || !is_as_before {
            outgoing::create(tx, &self.row).await?;
        }
        Ok(())
    }
}
