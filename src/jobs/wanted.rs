//! How much of a mail folder is wanted: what the widest filter of the account's phones asks for, and what is answered for
//! who is away. Pulls nothing.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use super::absence as answers;
use super::office::Office;
use crate::command::sync::collection::Wishes;
use crate::connector::mail::Window;
use crate::eas::sync::options_for;
use crate::model::class::Class;
use crate::store;
use crate::store::absence;
use crate::store::pull::Due;
use crate::store::state;
use crate::sync::filter;
use crate::sync::filter::EVERYTHING;

/// From when on a folder's mail is wanted, by phones or to answer it, in microseconds; none if nobody wants it.
pub(super) async fn mail(office: &Office, due: &Due, now: Timestamp) -> store::Result<Option<i64>> {
    let mut reader = office.app.store().read().await?;
    let chosen = state::options(&mut reader, due.account, due.folder).await?;
    let cutoff = |options: &String| {
        let wishes = Wishes::read(options);
        let wanted = options_for(&wishes.options, Class::Email).and_then(|options| options.filter_type);
        filter::cutoff(Class::Email, wanted.unwrap_or(0), now)
    };
    let for_phones = chosen.iter().map(cutoff).min();
    // Who is away is answered for, whether or not there is a phone.
    let for_answers = match due.folder == absence::inbox() {
        true => absence::needs_inbox(&mut reader, due.account, now).await?,
        false => None,
    };
    let oldest = answers::oldest(now);
    let for_answers = for_answers.map(|since| since.max(oldest).as_microsecond());
    Ok(for_phones.into_iter().chain(for_answers).min())
}

/// What a mail server is asked for. It counts in days of its own zone, and what phones still show must not seem gone.
pub(super) fn window(since: i64) -> Window {
    let start = Timestamp::from_microsecond(since).ok().filter(|_| since != EVERYTHING);
    let day = start.map(|start| start.to_zoned(TimeZone::UTC).date());
    Window { since: day.map(|day| day.saturating_sub(3.days())) }
}
