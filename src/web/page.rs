//! What every page has: title, menu, language, who looks at it, what was just done. Makes no page by itself.

use std::borrow::Cow;

use askama::Template;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::tz::TimeZoneDatabase;

use super::assets;
use super::failure::Failure;
use super::fields::Fields;
use super::fields::encoded;
use super::session;
use super::session::Guest;
use super::session::Visit;
use super::text::Argument;
use super::text::Language;
use crate::govern::actor::Role;

/// What `page.html` shows around a page. Every template has one, in a field `page`.
#[derive(Clone, Debug)]
pub struct Page {
    /// The heading, and the browser's title.
    pub title: String,
    /// The menu on the left; none before somebody logged in.
    pub menu: Vec<Section>,
    /// Who is logged in.
    pub user: Option<Person>,
    /// In which language.
    pub language: Language,
    /// What every form carries, in a field `csrf`.
    pub csrf: String,
    /// What the last form came to.
    pub flash: Option<Flash>,
    /// This page, with its query.
    pub here: String,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// Now.
    pub now: Timestamp,
}

/// A part of the menu.
#[derive(Clone, Debug)]
pub struct Section {
    /// What stands above it; may be empty.
    pub heading: String,
    /// Its lines.
    pub entries: Vec<Entry>,
}

/// A line of the menu.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// Where it leads.
    pub path: String,
    /// Whether that is the page shown.
    pub is_here: bool,
    /// Whether something there needs attention.
    pub has_news: bool,
}

/// Who is logged in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Whether the administrator's pages are open to him.
    pub governs: bool,
}

/// Whether something went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It did.
    Good,
    /// It did not.
    Bad,
}

/// What a form came to, said once on the page that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// Whether it went well.
    pub mood: Mood,
    /// What is said, in the language of the page.
    pub text: String,
}

impl Flash {
    /// It went well.
    pub fn good(text: impl Into<String>) -> Self {
        Self { mood: Mood::Good, text: text.into() }
    }

    /// It did not.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { mood: Mood::Bad, text: text.into() }
    }

    /// Whether it went well.
    pub fn is_good(&self) -> bool {
        self.mood == Mood::Good
    }

    pub(super) fn from_cookie(value: &str) -> Option<Self> {
        let fields = Fields::parse(value);
        let text = fields.one("text").to_owned();
        match fields.one("mood") {
            "good" => Some(Self::good(text)),
            "bad" => Some(Self::bad(text)),
            _ => None,
        }
    }

    fn to_cookie(&self) -> String {
        let mood = if self.is_good() { "good" } else { "bad" };
        // A cookie holds 4 kB, and nobody reads that much.
        let text: String = self.text.chars().take(600).collect();
        format!("mood={mood}&text={}", encoded(&text))
    }
}

impl Visit {
    /// A page of this visit, under a heading that is already in words.
    pub fn page(&self, title: impl Into<String>, menu: Vec<Section>, now: Timestamp) -> Page {
        let user = Person {
            name: self.account.name.clone(),
            email: self.account.email.clone(),
            governs: self.role > Role::User,
        };
        let zone = zone(self.account.zone.as_deref());
        Page { menu, user: Some(user), csrf: self.csrf.clone(), zone, ..self.guest.page(title, now) }
    }

    /// Goes on to a page after a form, and says there what the form came to.
    pub fn go(&self, path: &str, flash: &Flash) -> Result<Response, Failure> {
        self.guest.go(path, flash)
    }

    /// What is said under a key, in his language.
    pub fn say(&self, key: &str) -> Cow<'static, str> {
        self.guest.language.say(key)
    }

    /// The same with one variable.
    pub fn fill(&self, key: &str, name: &str, value: impl Argument) -> Cow<'static, str> {
        self.guest.language.fill(key, name, value)
    }
}

impl Guest {
    /// A page for somebody who is not logged in.
    pub fn page(&self, title: impl Into<String>, now: Timestamp) -> Page {
        Page {
            title: title.into(),
            menu: Vec::new(),
            user: None,
            language: self.language,
            csrf: String::new(),
            flash: self.flash.clone(),
            here: self.here.clone(),
            zone: TimeZone::UTC,
            now,
        }
    }

    /// Goes on to a page after a form, and says there what the form came to.
    pub fn go(&self, path: &str, flash: &Flash) -> Result<Response, Failure> {
        /// The browser goes on at once.
        const SECONDS: i64 = 60;
        let cookie = session::set_cookie(session::FLASH, &flash.to_cookie(), SECONDS, self.visitor)?;
        Ok(([(header::SET_COOKIE, cookie)], Redirect::to(path)).into_response())
    }
}

/// The zone of that name, else UTC.
pub fn zone(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZoneDatabase::bundled().get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// Answers with a page; what it said of the last form is not said again.
pub fn show(page: &impl Template, shown: &Page) -> Result<Response, Failure> {
    let html = page.render().map_err(|error| Failure::Inside(error.to_string()))?;
    let mut response = Html(html).into_response();
    if shown.flash.is_some() {
        let name = session::FLASH;
        let gone = format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        if let Ok(gone) = HeaderValue::from_str(&gone) {
            response.headers_mut().append(header::SET_COOKIE, gone);
        }
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "failure.html")]
struct Apology {
    page: Page,
    help: String,
}

/// The page that says why there is none.
pub(super) fn apology(language: Language, here: String, heading: &str, help: &str) -> Response {
    let page = Page {
        title: language.say(heading).into_owned(),
        menu: Vec::new(),
        user: None,
        language,
        csrf: String::new(),
        flash: None,
        here,
        zone: TimeZone::UTC,
        now: Timestamp::UNIX_EPOCH,
    };
    let text = Apology { page, help: language.say(help).into_owned() }.render();
    Html(text.unwrap_or_default()).into_response()
}

impl Page {
    /// What is said under a key.
    pub fn say(&self, key: &str) -> Cow<'static, str> {
        self.language.say(key)
    }

    /// What is said under a key with one variable.
    pub fn fill(&self, key: &str, name: &str, value: impl Argument) -> Cow<'static, str> {
        self.language.fill(key, name, value)
    }

    /// What is said under a key with two.
    pub fn fill_two(
        &self,
        key: &str,
        first: &(&str, impl Argument),
        second: &(&str, impl Argument),
    ) -> Cow<'static, str> {
        self.language.fill_all(key, &[(first.0, first.1.value()), (second.0, second.1.value())])
    }

    /// All languages, to choose from.
    pub fn languages(&self) -> [Language; 4] {
        Language::ALL
    }

    /// Where the style is.
    pub fn style(&self) -> &'static str {
        &assets::STYLE.path
    }

    /// Where the script is.
    pub fn script(&self) -> &'static str {
        &assets::SCRIPT.path
    }

    /// Where the mark for the tab is.
    pub fn icon(&self) -> &'static str {
        &assets::ICON.path
    }

    /// A moment in the zone of who looks: the time alone if it is today.
    pub fn time(&self, at: &Timestamp) -> String {
        let (at, now) = (at.to_zoned(self.zone.clone()), self.now.to_zoned(self.zone.clone()));
        let clock = at.strftime("%H:%M").to_string();
        if at.date() == now.date() {
            return self.fill("time-today", "time", &clock).into_owned();
        }
        if now.date().yesterday().is_ok_and(|yesterday| at.date() == yesterday) {
            return self.fill("time-yesterday", "time", &clock).into_owned();
        }
        self.local_time(at.datetime())
    }

    /// A time of day on a date, wherever that is.
    pub fn local_time(&self, at: DateTime) -> String {
        let form = match self.language {
            Language::Nb | Language::Da => "%-d.%-m.%Y %H:%M",
            Language::Sv => "%Y-%m-%d %H:%M",
            Language::En => "%-d %b %Y %H:%M",
        };
        at.strftime(form).to_string()
    }

    /// A moment as machines read it.
    pub fn machine_time(&self, at: &Timestamp) -> String {
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A page in Oslo, at noon in Greenwich.
    pub(in crate::web) fn page(language: Language) -> Page {
        Page {
            title: String::new(),
            menu: Vec::new(),
            user: None,
            language,
            csrf: String::new(),
            flash: None,
            here: String::new(),
            zone: zone(Some("Europe/Oslo")),
            now: "2026-11-23T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_flash_comes_back_from_its_cookie() {
        let flash = Flash::bad("Feil passord; prøv «igjen» & se");
        let cookie = flash.to_cookie();
        assert!(cookie.is_ascii() && !cookie.contains(';'), "{cookie}");
        assert_eq!(Flash::from_cookie(&cookie), Some(flash));
        assert_eq!(Flash::from_cookie("nonsense"), None);
    }

    #[test]
    fn a_moment_is_told_as_people_tell_it() {
        let rows = [
            ("2026-11-23T08:05:00Z", Language::En, "today 09:05"),
            ("2026-11-22T22:30:00Z", Language::Nb, "i går 23:30"),
            ("2026-11-22T23:30:00Z", Language::Nb, "i dag 00:30"),
            ("2026-02-01T08:05:00Z", Language::Sv, "2026-02-01 09:05"),
            ("2026-02-01T08:05:00Z", Language::Da, "1.2.2026 09:05"),
            ("2026-02-01T08:05:00Z", Language::En, "1 Feb 2026 09:05"),
        ];
        for (at, language, expected) in rows {
            assert_eq!(page(language).time(&at.parse().unwrap()), expected);
        }
    }
}
