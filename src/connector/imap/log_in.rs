//! From an address to a conversation in which somebody is logged in. Keeps neither password nor connection.

use super::command::Command;
use super::response::Response;
use super::session::Session;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::sasl::Credentials;
use crate::connector::sasl::Kind;
use crate::connector::sasl::Mechanism;
use crate::connector::wire::Security;
use crate::connector::wire::Server;

/// Connects and logs in.
pub async fn open(server: &Server, credentials: &Credentials) -> Result<Session> {
    let mut session = Session::greet(server.connect().await?).await?;
    if server.security() == Security::StartTls {
        session.run(&Command::new("STARTTLS")).await.map_err(|error| no_tls(&error))?;
        // RFC 3501 6.2.1: what was offered before TLS is not to be believed.
        session = Session::over(server.secure(session.into_wire()).await?);
    }
    session.learn_capabilities().await?;
    log_in(&mut session, credentials).await.map_err(|error| match error {
        Error::Refused(text) => Error::LogIn(text),
        error => error,
    })?;
    session.learn_capabilities().await?;
    enable(&mut session).await?;
    Ok(session)
}

fn no_tls(error: &Error) -> Error {
    Error::Protocol(format!("the server does not begin TLS: {error}"))
}

async fn log_in(session: &mut Session, credentials: &Credentials) -> Result<()> {
    let mechanism = Mechanism::choose(credentials, |name| session.offers(&format!("AUTH={name}")));
    // AUTHENTICATE LOGIN is the same as LOGIN in more words.
    if let Some(mechanism) = mechanism.filter(|mechanism| *mechanism != Mechanism::Login) {
        return authenticate(session, mechanism, credentials).await;
    }
    let is_plain = credentials.kind == Kind::Password && credentials.on_behalf_of.is_none();
    if !is_plain || session.offers("LOGINDISABLED") {
        let message = "the server offers no way to log in that this log-in allows";
        return Err(Error::LogIn(message.to_owned()));
    }
    session.forget_capabilities();
    let command = Command::new("LOGIN").text(&credentials.name).text(&credentials.secret);
    session.run(&command).await.map(drop)
}

async fn authenticate(session: &mut Session, mechanism: Mechanism, credentials: &Credentials) -> Result<()> {
    let mut words = mechanism.words(credentials).into_iter();
    let mut command = Command::new("AUTHENTICATE ").plain(mechanism.name());
    if session.offers("SASL-IR")
        && let Some(word) = words.next()
    {
        command = command.plain(" ").plain(&word);
    }
    session.forget_capabilities();
    let quiet = &mut |_: &Response| Ok(());
    let tag = session.say(&command, quiet).await?;
    for word in words {
        session.hear_go_on(&tag, quiet).await?;
        session.write(format!("{word}\r\n").as_bytes()).await?;
    }
    session.finish_log_in(&tag).await?.check().map(drop)
}

/// Asks for names and texts in UTF-8 where the server has that (RFC 6855).
async fn enable(session: &mut Session) -> Result<()> {
    let has_utf8 = session.offers("UTF8=ACCEPT") || session.offers("UTF8=ONLY");
    if !session.offers("ENABLE") || !has_utf8 {
        return Ok(());
    }
    let mut is_enabled = false;
    let each = &mut |response: &Response| {
        if let Response::Data { name, rest } = response
            && name.eq_ignore_ascii_case(b"ENABLED")
        {
            is_enabled |=
                rest.to_ascii_uppercase().split(|byte| *byte == b' ').any(|it| it == b"UTF8=ACCEPT");
        }
        Ok(())
    };
    session.ask(&Command::new("ENABLE UTF8=ACCEPT"), each).await?;
    if is_enabled {
        session.set_utf8();
    }
    Ok(())
}
