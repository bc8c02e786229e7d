//! How much of a mail folder the account's phones ask for: the widest of their filters. Pulls nothing.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use super::office::Office;
use crate::command::sync::collection::Wishes;
use crate::connector::mail::Window;
use crate::eas::sync::options_for;
use crate::model::class::Class;
use crate::store;
use crate::store::pull::Due;
use crate::store::state;
use crate::sync::filter;
use crate::sync::filter::EVERYTHING;

/// From when on the phones want a folder's mail, in microseconds; none if no phone has it.
pub(super) async fn mail(office: &Office, due: &Due, now: Timestamp) -> store::Result<Option<i64>> {
    let mut reader = office.app.store().read().await?;
    let chosen = state::options(&mut reader, due.account, due.folder).await?;
    let cutoff = |options: &String| {
        let wishes = Wishes::read(options);
        let wanted = options_for(&wishes.options, Class::Email).and_then(|options| options.filter_type);
        filter::cutoff(Class::Email, wanted.unwrap_or(0), now)
    };
    Ok(chosen.iter().map(cutoff).min())
}

/// What a mail server is asked for. It counts in days of its own zone, and what phones still show must not seem gone.
pub(super) fn window(since: i64) -> Window {
    let start = Timestamp::from_microsecond(since).ok().filter(|_| since != EVERYTHING);
    let day = start.map(|start| start.to_zoned(TimeZone::UTC).date());
    Window { since: day.map(|day| day.saturating_sub(3.days())) }
}
