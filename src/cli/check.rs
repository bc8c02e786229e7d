//! `lomme check`: tries everything that the configuration names, and says of each how it went. Changes nothing.

use super::Configured;
use super::Failure;
use super::Outcome;
use super::say;
use crate::app::App;
use crate::config::Config;
use crate::config::connection::Connection;
use crate::config::connection::Kind;
use crate::config::connection::LogIn;
use crate::connector::User;
use crate::http::tls::Certificates;
use crate::serve;
use crate::store;

pub(super) async fn run(at: &Configured) -> Outcome {
    let config = Config::load(&at.config)?;
    super::log_to_stderr(&config.log)?;
    say("configuration: understood")?;
    let app = serve::open(config).await?;
    say("store: open")?;
    if app.config().server.listen_tls.is_some() {
        Certificates::load(app.config(), app.now())?;
        say("certificate: usable")?;
    }
    let mut failed = 0_usize;
    for connection in &app.config().connections {
        match answer(&app, connection).await {
            Ok(message) => say(&format!("connection {}: {message}", connection.name))?,
            Err(message) => {
                failed += 1;
                say(&format!("connection {}: FAILED: {message}", connection.name))?;
            }
        }
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new("one connection failed")),
        _ => Err(Failure::new(format!("{failed} connections failed"))),
    }
}

/// How a connection answers to some account that may use it.
async fn answer(app: &App, connection: &Connection) -> Result<String, String> {
    if connection.kind == Kind::Local {
        return Ok("items live here".to_owned());
    }
    let Some(connector) = app.connection(&connection.name) else {
        return Err("this program does not speak its kind".to_owned());
    };
    if connection.log_in == LogIn::User {
        return Ok("each account logs in for itself: see `lomme account connect`".to_owned());
    }
    let accounts =
        store::account::list(&mut *app.store().read().await.map_err(|error| error.to_string())?).await;
    let accounts = accounts.map_err(|error| error.to_string())?;
    let Some(account) = accounts.first() else {
        return Ok("not tried: there is no account yet".to_owned());
    };
    let user = User { email: account.email.clone(), ..User::default() };
    let collections = connector.collections(&user).await.map_err(|error| error.to_string())?;
    Ok(format!("answers, with {} collections for {}", collections.len(), account.email))
}
