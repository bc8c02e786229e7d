//! Waiting for what happens in a mailbox: IDLE (RFC 2177), or asking now and then. Does not find out what it was.

use std::time::Duration;

use tokio::time::sleep;

use super::changes;
use super::command::Command;
use super::response::Response;
use super::session::Session;
use crate::connector::Error;
use crate::connector::Result;

/// One IDLE lasts so long at most. Servers end it after half an hour (RFC 2177 3), and what is between forgets a line
/// that is silent for as little as five minutes; that the line is dead shows only when something is said on it.
const IDLE: Duration = Duration::from_secs(270);

/// What remains to be said once something has happened.
const REST_WITHIN: Duration = Duration::from_secs(30);

/// Ends when something may have happened in the mailbox since that cursor.
pub async fn watch(session: &mut Session, mailbox: &str, since: Option<&str>, every: Duration) -> Result<()> {
    let selected = session.select(mailbox).await?;
    if since.is_some_and(|since| changes::differs(since, &selected)) {
        return Ok(());
    }
    loop {
        let happened =
            if session.offers("IDLE") { idle(session).await? } else { ask(session, every).await? };
        if happened {
            return Ok(());
        }
    }
}

/// Whether something happened before it was time to say that we are still there.
async fn idle(session: &mut Session) -> Result<bool> {
    let mut happened = false;
    let heard = &mut |response: &Response| {
        happened |= is_event(response);
        Ok(())
    };
    let tag = session.say(&Command::new("IDLE"), heard).await?;
    session.hear_go_on(&tag, heard).await?;
    if !happened {
        happened = wait(session).await?;
    }
    session.restart();
    session.write(b"DONE\r\n").await?;
    let rest = &mut |response: &Response| {
        happened |= is_event(response);
        Ok(())
    };
    let end = tokio::time::timeout(REST_WITHIN, session.finish(&tag, rest)).await;
    let late = |_| Error::Later { after: None, message: "IDLE does not end".to_owned() };
    end.map_err(late)??.check()?;
    Ok(happened)
}

async fn wait(session: &mut Session) -> Result<bool> {
    let until = tokio::time::Instant::now() + IDLE;
    loop {
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        match session.next(left).await {
            Ok(response) if is_event(&response) => return Ok(true),
            Ok(Response::Status(status)) if status.tag.is_some() => {
                return Err(Error::Protocol("IDLE ended by itself".to_owned()));
            }
            Ok(_) => {}
            Err(_) if tokio::time::Instant::now() >= until => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

/// Without IDLE: the server says what happened when it is asked anything.
async fn ask(session: &mut Session, every: Duration) -> Result<bool> {
    sleep(every).await;
    let mut happened = false;
    let heard = &mut |response: &Response| {
        happened |= is_event(response);
        Ok(())
    };
    session.ask(&Command::new("NOOP"), heard).await?;
    Ok(happened)
}

/// Whether messages came, went or changed.
fn is_event(response: &Response) -> bool {
    let (name, events): (_, &[&str]) = match response {
        Response::Numbered { name, .. } => (name, &["EXISTS", "EXPUNGE", "FETCH"]),
        Response::Data { name, .. } => (name, &["VANISHED"]),
        Response::Status(_) | Response::Continue(_) => return false,
    };
    events.iter().any(|event| name.eq_ignore_ascii_case(event.as_bytes()))
}
