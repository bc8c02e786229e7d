//! The user's out-of-office message, the same that a phone sets.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Place;
use crate::absence;
use crate::mime::html;
use crate::model::absence::Absence;
use crate::model::absence::AbsenceState;
use crate::model::absence::Reply;
use crate::web::Web;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::fields::Post;
use crate::web::page;
use crate::web::page::Flash;
use crate::web::page::Page;
use crate::web::session::Visit;

const HERE: &str = "/setting/absence";

#[derive(Template)]
#[template(path = "setting/absence.html")]
struct Shown {
    page: Page,
    state: &'static str,
    counts: bool,
    start: String,
    end: String,
    /// Whether they are told, and what.
    internal: (bool, String),
    external: (bool, String),
}

pub(super) async fn show(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    if !absence::has_mail(&web.app, visit.account.id).await? {
        return Err(Failure::NotFound);
    }
    let page = super::page(&web, &visit, &visit.say("absence-title"), Place::Absence).await?;
    let known = absence::of(&web.app, visit.account.id).await?;
    let shown = Shown {
        state: match known.state {
            None | Some(AbsenceState::Off) => "off",
            Some(AbsenceState::On) => "on",
            Some(AbsenceState::Between) => "between",
        },
        counts: known.counts_at(page.now),
        start: field(known.start, &page.zone),
        end: field(known.end, &page.zone),
        internal: said(known.internal.as_ref()),
        external: said(known.unknown.as_ref()),
        page,
    };
    page::show(&shown, &shown.page)
}

/// Whether they are told, and the words, without their dress.
fn said(reply: Option<&Reply>) -> (bool, String) {
    let Some(reply) = reply else { return (false, String::new()) };
    let text = reply.text.as_deref().unwrap_or_default();
    let text = if reply.is_html == Some(true) { html::to_text(text) } else { text.to_owned() };
    (reply.is_enabled == Some(true), text.replace("\r\n", "\n").trim().to_owned())
}

/// A moment as a field for date and time has it.
fn field(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default()
}

/// The moment in such a field.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let at: DateTime = text.parse().ok()?;
    Some(at.to_zoned(zone.clone()).ok()?.timestamp())
}

pub(super) async fn set(State(web): State<Web>, Post { visit, fields }: Post) -> Result<Response, Failure> {
    let zone = page::zone(visit.account.zone.as_deref());
    let between = (moment(fields.one("start"), &zone), moment(fields.one("end"), &zone));
    let state = match (fields.one("state"), between) {
        ("on", _) => AbsenceState::On,
        ("between", (Some(start), Some(end))) if start < end => AbsenceState::Between,
        ("between", _) => return visit.go(HERE, &Flash::bad(visit.say("absence-times-wrong"))),
        _ => AbsenceState::Off,
    };
    let said = absence::change(&web.app, visit.account.id, |known| changed(known, &fields, state, between));
    match said.await? {
        Some(_) => visit.go(HERE, &Flash::good(visit.say("absence-set"))),
        None => Err(Failure::NotFound),
    }
}

/// The form over what is known; words that are HTML stay so while nobody changes them.
fn changed(
    known: &Absence,
    fields: &Fields,
    state: AbsenceState,
    (start, end): (Option<Timestamp>, Option<Timestamp>),
) -> Absence {
    let reply = |known: Option<&Reply>, tick: &str, name: &str| {
        let mut reply = known.cloned().unwrap_or_default();
        reply.is_enabled = Some(fields.is_set(tick));
        // Forms end their lines as mail does.
        let text = fields.raw(name).replace("\r\n", "\n").trim().to_owned();
        if said(Some(&reply)).1 != text {
            reply.text = Some(text);
            reply.is_html = Some(false);
        }
        Some(reply)
    };
    let mut changed = known.clone();
    if state == AbsenceState::Between {
        (changed.start, changed.end) = (start, end);
    }
    changed.state = Some(state);
    changed.internal = reply(known.internal.as_ref(), "tell-internal", "internal");
    changed.known = reply(known.known.as_ref(), "tell-external", "external");
    changed.unknown = reply(known.unknown.as_ref(), "tell-external", "external");
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_of_the_account_s_zone() {
        let zone = page::zone(Some("Europe/Oslo"));
        let at = moment("2026-12-24T08:00", &zone).unwrap();
        assert_eq!(at.to_string(), "2026-12-24T07:00:00Z");
        assert_eq!(field(Some(at), &zone), "2026-12-24T08:00");
        assert_eq!((moment("", &zone), field(None, &zone)), (None, String::new()));
    }

    #[test]
    fn words_that_nobody_changes_keep_their_dress() {
        let fields = Fields::parse("tell-internal=yes&internal=Hei%0D%0Ada&external=Gone");
        let text = Some("<p>Gone</p>".to_owned());
        let dressed = Reply { text, is_html: Some(true), is_enabled: Some(true), ..Reply::default() };
        let known = Absence { unknown: Some(dressed), ..Absence::default() };
        let told = changed(&known, &fields, AbsenceState::On, (None, None));
        assert_eq!(said(told.internal.as_ref()), (true, "Hei\nda".to_owned()));
        assert_eq!(said(told.unknown.as_ref()), (false, "Gone".to_owned()));
        assert_eq!(told.unknown.unwrap().text.as_deref(), Some("<p>Gone</p>"));
    }
}
