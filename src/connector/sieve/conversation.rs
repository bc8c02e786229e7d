//! One conversation with a ManageSieve server: words, answers, scripts by name (RFC 5804). Knows no script's meaning.

use std::collections::BTreeMap;

use bytes::BytesMut;

use crate::connector::Error;
use crate::connector::Result;
use crate::connector::sasl::Credentials;
use crate::connector::sasl::Mechanism;
use crate::connector::wire::Wire;

/// Longer lines and texts are not read, nor more of them: a script of a megabyte is what servers allow at most.
const LINE: usize = 8 * 1024;
const TEXT: usize = 2 * 1024 * 1024;
const LINES: usize = 2000;

/// What of an answer goes on to people.
const SHOWN: usize = 300;

/// A connection to a server.
#[derive(Debug)]
pub struct Conversation {
    wire: Wire,
    /// What it can, by name, with what it says about it.
    offers: BTreeMap<String, String>,
}

/// A script that a user has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// Whether it is the one by which mail is sorted.
    pub is_active: bool,
}

/// A word of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Atom(String),
    Text(String),
}

impl Word {
    fn as_str(&self) -> &str {
        match self {
            Self::Atom(text) | Self::Text(text) => text,
        }
    }
}

impl Conversation {
    /// Begins by hearing what the server can.
    pub async fn greet(wire: Wire) -> Result<Self> {
        let mut conversation = Self { wire, offers: BTreeMap::new() };
        conversation.wire.start();
        let lines = conversation.hear().await?;
        conversation.learn(&lines);
        Ok(conversation)
    }

    /// What is left when the line goes on with TLS.
    pub fn into_wire(self) -> Wire {
        self.wire
    }

    fn learn(&mut self, lines: &[Vec<Word>]) {
        let offer = |line: &Vec<Word>| {
            let name = line.first()?.as_str().to_ascii_uppercase();
            Some((name, line.get(1).map_or("", Word::as_str).to_owned()))
        };
        self.offers = lines.iter().filter_map(offer).collect();
    }

    /// Whether its Sieve has an extension.
    pub fn can(&self, extension: &str) -> bool {
        let all = self.offers.get("SIEVE").map_or("", String::as_str);
        all.split_whitespace().any(|one| one.eq_ignore_ascii_case(extension))
    }

    /// Logs in.
    pub async fn log_in(&mut self, credentials: &Credentials) -> Result<()> {
        let offered = self.offers.get("SASL").cloned().unwrap_or_default().to_ascii_uppercase();
        let offers = |name: &str| offered.split_whitespace().any(|one| one == name);
        let message = "the Sieve server offers no way to log in that this log-in allows";
        let mechanism = Mechanism::choose(credentials, offers)
            .filter(|mechanism| *mechanism != Mechanism::Login)
            .ok_or_else(|| Error::LogIn(message.to_owned()))?;
        let first = mechanism.words(credentials).into_iter().next().unwrap_or_default();
        let told = self.say(&format!("AUTHENTICATE \"{}\" \"{first}\"", mechanism.name())).await;
        let lines = told.map_err(|error| match error {
            Error::Refused(text) => Error::LogIn(text),
            error => error,
        })?;
        // Some servers tell only now what their Sieve has.
        if lines.is_empty() {
            let lines = self.say("CAPABILITY").await?;
            self.learn(&lines);
        }
        Ok(())
    }

    /// The user's scripts.
    pub async fn scripts(&mut self) -> Result<Vec<Script>> {
        let lines = self.say("LISTSCRIPTS").await?;
        let script = |line: Vec<Word>| {
            let is_active = line.get(1).is_some_and(|word| word.as_str().eq_ignore_ascii_case("ACTIVE"));
            Some(Script { name: line.first()?.as_str().to_owned(), is_active })
        };
        Ok(lines.into_iter().filter_map(script).collect())
    }

    /// What a script says.
    pub async fn script(&mut self, name: &str) -> Result<String> {
        let lines = self.say(&format!("GETSCRIPT {}", quoted(name))).await?;
        let text = lines.first().and_then(|line| line.first());
        Ok(text.map_or("", Word::as_str).to_owned())
    }

    /// Stores a script, which the server looks through first.
    pub async fn put(&mut self, name: &str, text: &str) -> Result<()> {
        self.say(&format!("PUTSCRIPT {} {{{}+}}\r\n{text}", quoted(name), text.len())).await.map(drop)
    }

    /// Makes a script the active one.
    pub async fn activate(&mut self, name: &str) -> Result<()> {
        self.say(&format!("SETACTIVE {}", quoted(name))).await.map(drop)
    }

    /// Removes a script.
    pub async fn delete(&mut self, name: &str) -> Result<()> {
        self.say(&format!("DELETESCRIPT {}", quoted(name))).await.map(drop)
    }

    /// Says goodbye, and waits for nothing.
    pub async fn log_out(&mut self) {
        let _ = self.wire.write(b"LOGOUT\r\n").await;
    }

    /// Asks for TLS, which begins when this is well.
    pub async fn start_tls(&mut self) -> Result<()> {
        self.say("STARTTLS").await.map(drop)
    }

    /// Says something, and hears what is told until the answer is yes.
    async fn say(&mut self, line: &str) -> Result<Vec<Vec<Word>>> {
        self.wire.start();
        self.wire.write(format!("{line}\r\n").as_bytes()).await?;
        self.hear().await
    }

    async fn hear(&mut self) -> Result<Vec<Vec<Word>>> {
        let mut lines = Vec::new();
        for _ in 0..LINES {
            let words = self.line().await?;
            let Some(Word::Atom(first)) = words.first() else {
                lines.push(words);
                continue;
            };
            let text = || shown(words.last().map_or("", Word::as_str));
            let later = || Err(Error::Later { after: None, message: text() });
            return match first.to_ascii_uppercase().as_str() {
                "OK" => Ok(lines),
                // RFC 5804 1.3: TRYLATER.
                "NO" if words.iter().any(|word| word.as_str().contains("TRYLATER")) => later(),
                "NO" => Err(Error::Refused(text())),
                "BYE" => later(),
                _ => Err(Error::Protocol("this is no ManageSieve server".to_owned())),
            };
        }
        Err(Error::Protocol(format!("more than {LINES} lines")))
    }

    /// A line as words; texts in it may be as long as they say they are.
    async fn line(&mut self) -> Result<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            let line = self.wire.line(LINE).await?;
            let Some(length) = split(&String::from_utf8_lossy(&line), &mut words) else { return Ok(words) };
            if length > TEXT {
                return Err(Error::Protocol(format!("a text of more than {TEXT} bytes")));
            }
            let mut text = BytesMut::new();
            self.wire.take(length, &mut text).await?;
            words.push(Word::Text(String::from_utf8_lossy(&text).into_owned()));
        }
    }
}

/// Splits a line into words; how many bytes of a text follow it, if one does.
fn split(line: &str, words: &mut Vec<Word>) -> Option<usize> {
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next() {
                    match letter {
                        '\\' => text.extend(letters.next()),
                        '"' => break,
                        letter => text.push(letter),
                    }
                }
                words.push(Word::Text(text));
            }
            '{' => {
                let length: String = letters.by_ref().take_while(char::is_ascii_digit).collect();
                return length.parse().ok();
            }
            first => {
                let mut atom = String::from(first);
                // A response code stands in brackets, with blanks and texts of its own.
                let mut depth = usize::from(first == '(');
                while let Some(next) = letters.next_if(|next| depth > 0 || *next != ' ') {
                    match next {
                        '(' => depth += 1,
                        ')' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    atom.push(next);
                }
                words.push(Word::Atom(atom));
            }
        }
    }
    None
}

/// A text as it stands in a command.
fn quoted(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &[&str], length: Option<usize>) {
        let mut words = Vec::new();
        assert_eq!(split(line, &mut words), length, "{line}");
        let found: Vec<String> = words
            .iter()
            .map(|word| match word {
                Word::Atom(text) => text.clone(),
                Word::Text(text) => format!("'{text}'"),
            })
            .collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn an_answer_is_split_into_its_words() {
        check("\"SIEVE\" \"fileinto vacation\"", &["'SIEVE'", "'fileinto vacation'"], None);
        check("\"a \\\"b\\\\\" ACTIVE", &["'a \"b\\'", "ACTIVE"], None);
        check("OK", &["OK"], None);
        check("NO (QUOTA/MAXSIZE) {31}", &["NO", "(QUOTA/MAXSIZE)"], Some(31));
        check("OK (SASL \"cnNw\") \"done\"", &["OK", "(SASL \"cnNw\")", "'done'"], None);
        check("{5+}", &[], Some(5));
        check("\"open", &["'open'"], None);
        assert_eq!(quoted("a \"b\"\r\n\\"), "\"a \\\"b\\\"\\\\\"");
    }
}
