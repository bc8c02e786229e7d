//! `[notice]`: how Lomme sends mail of its own. Sends none.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;

use super::connection::Secret;
use super::fault::Fault;
use super::fault::Place;
use crate::connector::smtp;
use crate::connector::trust;
use crate::connector::wire;

/// How Lomme sends mail of its own: links for who forgot a password, what administrators and users are told.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notice {
    /// Where it is handed over; none: there is no such mail.
    pub smtp: Option<String>,
    /// The address that it is from.
    pub from: String,
    /// Who logs in there; none: the server trusts this machine.
    pub user: Option<String>,
    /// The password of that one.
    pub password: Option<Secret>,
    /// The file that holds it.
    pub password_file: Option<PathBuf>,
    /// Whether the server's certificate has to be one that is trusted.
    pub verify_tls: bool,
    /// A certificate authority to trust besides the public ones, as PEM.
    pub authority: Option<PathBuf>,
}

impl Default for Notice {
    fn default() -> Self {
        Self {
            smtp: None,
            from: String::new(),
            user: None,
            password: None,
            password_file: None,
            verify_tls: true,
            authority: None,
        }
    }
}

impl Notice {
    /// Makes paths absolute and reads the password that is in a file.
    pub(super) fn resolve(&mut self, folder: &Path) -> Result<(), Fault> {
        if let Some(file) = &self.password_file {
            if self.password.is_some() {
                return Err(fault("password_file", "state the secret or its file, not both"));
            }
            let file = folder.join(file);
            let text = fs::read_to_string(&file).map_err(|error| {
                fault("password_file", format!("cannot read {}: {error}", file.display()))
            })?;
            self.password = Some(Secret::from(text.trim_end_matches(['\r', '\n']).to_owned()));
        }
        if let Some(authority) = &mut self.authority {
            *authority = folder.join(&authority);
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        let Some(smtp) = &self.smtp else {
            let is_empty = Self { verify_tls: true, ..self.clone() } == Self::default();
            let message = "say where mail is handed over, as `smtp+starttls://mail.example`";
            return if is_empty { Ok(()) } else { Err(fault("smtp", message)) };
        };
        wire::Address::parse(smtp, smtp::SMTP).map_err(|unusable| fault("smtp", unusable.to_string()))?;
        if !self.from.contains('@') || self.from.contains(['<', '>', ' ', '\r', '\n']) {
            return Err(fault("from", "state the bare address that it is from, as `lomme@fjord.example`"));
        }
        if self.user.is_some() != self.password.is_some() {
            return Err(fault("user", "state `user` and `password`, or neither"));
        }
        match &self.authority {
            Some(file) => trust::authorities(file)
                .map(drop)
                .map_err(|unusable| fault("authority", unusable.to_string())),
            None => Ok(()),
        }
    }
}

fn fault(key: &'static str, message: impl Into<String>) -> Fault {
    Fault::at(Place::key("notice", key), message)
}
