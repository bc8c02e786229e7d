//! Having a mail server answer for somebody who is away, by a script of ours (ManageSieve, RFC 5804). Keeps nothing.
//!
//! What the user's own script does goes on: ours includes it (RFC 6609) for as long as it is the active one, and makes it
//! the active one again when it goes. Where that is not possible nothing is changed, and the caller hears why.

pub mod conversation;
pub mod script;

use super::Error;
use super::Result;
use super::mail::Taken;
use super::mail::Vacation;
use super::sasl::Credentials;
use super::web::Trust;
use super::web::Unusable;
use super::wire::Address;
use super::wire::Security;
use super::wire::Server;
use super::wire::Service;
use conversation::Conversation;
use conversation::Script;

/// What a server speaks that takes scripts.
pub const SIEVE: Service = Service { scheme: "sieve", tls_port: 4190, port: 4190 };

/// What our script is called.
const OURS: &str = "lomme";

/// A server that takes scripts.
#[derive(Clone, Debug)]
pub struct Sieve {
    server: Server,
}

impl Sieve {
    /// Sets it up without asking the server anything.
    pub fn new(url: &str, trust: &Trust) -> std::result::Result<Self, Unusable> {
        Ok(Self { server: Server::new(Address::parse(url, SIEVE)?, trust)? })
    }

    /// Has the server answer as is wanted, or not at all.
    pub async fn answer(&self, credentials: &Credentials, wanted: Option<&Vacation>) -> Result<Taken> {
        let mut server = self.open(credentials).await?;
        let taken = match wanted {
            Some(vacation) => begin(&mut server, vacation).await,
            None => end(&mut server).await.map(|()| Taken::Not(None)),
        };
        server.log_out().await;
        taken
    }

    async fn open(&self, credentials: &Credentials) -> Result<Conversation> {
        let mut server = Conversation::greet(self.server.connect().await?).await?;
        if self.server.security() == Security::StartTls {
            server.start_tls().await?;
            // RFC 5804 2.2: what was offered before is not to be believed, and said again.
            server = Conversation::greet(self.server.secure(server.into_wire()).await?).await?;
        }
        server.log_in(credentials).await?;
        Ok(server)
    }
}

async fn begin(server: &mut Conversation, vacation: &Vacation) -> Result<Taken> {
    for extension in ["vacation", "envelope"] {
        if !server.can(extension) {
            let reason = format!("the mail server's Sieve has no `{extension}`");
            return end(server).await.map(|()| Taken::Not(Some(reason)));
        }
    }
    let has_dates = server.can("date") && server.can("relational");
    if !has_dates && !vacation.is_on {
        // Somebody sees to it again when it begins.
        return end(server).await.map(|()| Taken::Yes);
    }
    let scripts = server.scripts().await?;
    let known = if has(&scripts, OURS) { Some(server.script(OURS).await?) } else { None };
    let is_ours = is_active(&scripts, OURS);
    let own = own(&scripts, known.as_deref());
    let mut is_within = false;
    if let Some(own) = &own {
        let text = server.script(own).await?;
        is_within = script::included(&text).as_deref() == Some(OURS);
        let in_the_way = if is_within {
            None
        } else if script::requires(&text, "vacation") {
            Some("answers by itself")
        } else if !server.can("include") {
            Some("cannot go on beside ours, as the mail server's Sieve has no `include`")
        } else {
            None
        };
        if let Some(reason) = in_the_way {
            end(server).await?;
            return Ok(Taken::Not(Some(format!("the user's own Sieve script stays active: it {reason}"))));
        }
    }
    let text = script::write(vacation, own.as_deref().filter(|_| !is_within), has_dates);
    if known.as_deref() != Some(&text) {
        server.put(OURS, &text).await?;
    }
    if !is_ours && !is_within {
        server.activate(OURS).await?;
    }
    Ok(Taken::Yes)
}

/// The user's own script that is active, or was before ours was.
fn own(scripts: &[Script], ours: Option<&str>) -> Option<String> {
    let active = scripts.iter().find(|script| script.is_active)?;
    if active.name != OURS {
        return Some(active.name.clone());
    }
    ours.and_then(script::included).filter(|own| has(scripts, own))
}

/// Takes our script away, and leaves all else as it was.
async fn end(server: &mut Conversation) -> Result<()> {
    let scripts = server.scripts().await?;
    if !has(&scripts, OURS) {
        return Ok(());
    }
    let known = server.script(OURS).await?;
    if is_active(&scripts, OURS) {
        // RFC 5804 2.8: the empty name makes none active.
        server.activate(&own(&scripts, Some(&known)).unwrap_or_default()).await?;
    }
    match server.delete(OURS).await {
        // A script of the user's that includes it needs it: an empty one answers nobody.
        Err(Error::Refused(_)) => server.put(OURS, script::NOTHING).await,
        ended => ended,
    }
}

fn has(scripts: &[Script], name: &str) -> bool {
    scripts.iter().any(|script| script.name == name)
}

fn is_active(scripts: &[Script], name: &str) -> bool {
    scripts.iter().any(|script| script.is_active && script.name == name)
}
