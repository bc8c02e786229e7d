//! How a log-in is proven to a mail server (RFC 4616, RFC 7628, XOAUTH2). Sends nothing itself.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::Error;
use super::User;

/// Whose log-in opens a mailbox.
#[derive(Clone, PartialEq, Eq)]
pub enum LogIn {
    /// The user's own: stored, or the one the phone came with.
    PerUser,
    /// One that opens every mailbox.
    Master {
        /// Its name.
        user: String,
        /// Its password.
        password: String,
        /// Where stated it logs in as `kari*master`; else it says in whose place it acts (SASL PLAIN).
        separator: Option<String>,
    },
}

impl fmt::Debug for LogIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PerUser => "PerUser",
            Self::Master { .. } => "Master(…)",
        })
    }
}

/// What is secret about a log-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A password.
    #[default]
    Password,
    /// An access token (OAuth 2.0).
    Token,
}

/// What is shown to the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// In whose place, if not as who logs in.
    pub on_behalf_of: Option<String>,
    /// Who logs in.
    pub name: String,
    /// A password or a token.
    pub secret: String,
    /// Which of them.
    pub kind: Kind,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl LogIn {
    /// What to show for a user.
    pub fn credentials(&self, user: &User, kind: Kind) -> Result<Credentials, Error> {
        let own = user.name.as_deref().unwrap_or(&user.email);
        match self {
            Self::PerUser => {
                let secret = user.password.clone();
                let secret = secret.ok_or_else(|| Error::LogIn("no password is known".to_owned()))?;
                Ok(Credentials { on_behalf_of: None, name: own.to_owned(), secret, kind })
            }
            Self::Master { user: master, password, separator: Some(separator) } => Ok(Credentials {
                on_behalf_of: None,
                name: format!("{own}{separator}{master}"),
                secret: password.clone(),
                kind: Kind::Password,
            }),
            Self::Master { user: master, password, separator: None } => Ok(Credentials {
                on_behalf_of: Some(own.to_owned()),
                name: master.clone(),
                secret: password.clone(),
                kind: Kind::Password,
            }),
        }
    }
}

/// A way to prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// Name and password one after the other, as old SMTP servers want them.
    Login,
    /// RFC 7628.
    OAuthBearer,
    /// What Google and Microsoft had before it.
    XOAuth2,
}

impl Mechanism {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
        }
    }

    /// The best that both sides can; none: there is none.
    pub fn choose(credentials: &Credentials, offers: impl Fn(&str) -> bool) -> Option<Self> {
        let known: &[Self] = match (credentials.kind, &credentials.on_behalf_of) {
            (Kind::Token, _) => &[Self::OAuthBearer, Self::XOAuth2],
            (Kind::Password, Some(_)) => &[Self::Plain],
            (Kind::Password, None) => &[Self::Plain, Self::Login],
        };
        known.iter().copied().find(|mechanism| offers(mechanism.name()))
    }

    /// What is to be said, in base64, piece by piece. The first may go with the command.
    pub fn words(self, credentials: &Credentials) -> Vec<String> {
        let Credentials { on_behalf_of, name, secret, .. } = credentials;
        let on_behalf_of = on_behalf_of.as_deref().unwrap_or_default();
        let words = match self {
            Self::Plain => vec![format!("{on_behalf_of}\0{name}\0{secret}")],
            Self::Login => vec![name.clone(), secret.clone()],
            // RFC 7628 3.1: a name is written with its commas and equal signs escaped.
            Self::OAuthBearer => {
                let name = name.replace('=', "=3D").replace(',', "=2C");
                vec![format!("n,a={name},\x01auth=Bearer {secret}\x01\x01")]
            }
            Self::XOAuth2 => vec![format!("user={name}\x01auth=Bearer {secret}\x01\x01")],
        };
        words.into_iter().map(|word| BASE64_STANDARD.encode(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::Credentials;
    use super::Kind;
    use super::LogIn;
    use super::Mechanism;
    use super::User;

    fn user() -> User {
        User {
            email: "kari@fjord.example".to_owned(),
            password: Some("secret".to_owned()),
            ..User::default()
        }
    }

    fn master(separator: Option<&str>) -> LogIn {
        let separator = separator.map(str::to_owned);
        LogIn::Master { user: "master".to_owned(), password: "key".to_owned(), separator }
    }

    #[track_caller]
    fn check(log_in: &LogIn, kind: Kind, offered: &[&str], expected: &[&str]) {
        let credentials = log_in.credentials(&user(), kind).unwrap();
        let mechanism = Mechanism::choose(&credentials, |name| offered.contains(&name));
        let decode = |word: String| String::from_utf8(BASE64_STANDARD.decode(word).unwrap()).unwrap();
        let words = mechanism.map(|mechanism| mechanism.words(&credentials)).unwrap_or_default();
        assert_eq!(words.into_iter().map(decode).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn each_mechanism_says_what_its_standard_asks_for() {
        let own = LogIn::PerUser;
        check(&own, Kind::Password, &["LOGIN", "PLAIN"], &["\0kari@fjord.example\0secret"]);
        check(&own, Kind::Password, &["LOGIN"], &["kari@fjord.example", "secret"]);
        check(&own, Kind::Password, &["XOAUTH2"], &[]);
        check(
            &own,
            Kind::Token,
            &["XOAUTH2", "PLAIN"],
            &["user=kari@fjord.example\x01auth=Bearer secret\x01\x01"],
        );
        check(
            &own,
            Kind::Token,
            &["XOAUTH2", "OAUTHBEARER"],
            &["n,a=kari@fjord.example,\x01auth=Bearer secret\x01\x01"],
        );
        check(&master(None), Kind::Password, &["LOGIN", "PLAIN"], &["kari@fjord.example\0master\0key"]);
        check(&master(None), Kind::Password, &["LOGIN"], &[]);
        check(&master(Some("*")), Kind::Password, &["PLAIN"], &["\0kari@fjord.example*master\0key"]);
    }

    #[test]
    fn nothing_of_a_log_in_is_printed() {
        let credentials: Credentials = LogIn::PerUser.credentials(&user(), Kind::Password).unwrap();
        let printed = format!("{credentials:?} {:?} {:?}", master(None), user());
        assert!(!printed.contains("secret") && !printed.contains("key") && !printed.contains("kari"));
    }
}
