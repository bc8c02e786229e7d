//! Looking for messages by what they say. Keeps no words: the files are read through.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use sqlx::SqliteConnection;

use super::index;
use super::index::Place;
use super::position;
use super::read;
use crate::connector::Result;
use crate::connector::mail::Query;
use crate::mime::charset;
use crate::mime::field;
use crate::mime::html;
use crate::mime::parse;
use crate::mime::section::Section;
use crate::mime::structure::Content;
use crate::mime::structure::Structure;

/// No more of a header is looked at.
const HEADER: usize = 64 * 1024;
/// No more of one text in a message.
const TEXT: usize = 512 * 1024;
/// No more texts of one message.
const TEXTS: usize = 20;
/// No more messages are read through, the newest of them: one that is older is found by its date.
const MESSAGES: usize = 20_000;

/// The messages that match in all but their words, newest first: their numbers and files.
pub async fn candidates(
    connection: &mut SqliteConnection,
    place: &Place,
    query: &Query,
) -> Result<Vec<(i64, String)>> {
    let mut found: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT uid, file, keywords FROM message
         WHERE mailbox = $1 AND gone_at IS NULL AND received_at >= $2 AND received_at < $3 ORDER BY uid DESC",
    )
    .bind(place.number)
    .bind(query.since.map_or(i64::MIN, position::start))
    .bind(query.before.map_or(i64::MAX, position::start))
    .fetch_all(connection)
    .await
    .map_err(index::unusable)?;
    if query.is_unread {
        found.retain(|(_, _, keywords)| !keywords.contains("\"$seen\""));
    }
    Ok(found.into_iter().map(|(uid, file, _)| (uid, file)).collect())
}

/// Those of these messages that have all the words. Takes as long as it takes to read them.
pub fn reading(candidates: Vec<(i64, PathBuf)>, words: &[String]) -> io::Result<Vec<i64>> {
    let words: Vec<String> = words.iter().map(|words| words.to_lowercase()).collect();
    let mut found = Vec::new();
    for (uid, path) in candidates.into_iter().take(MESSAGES) {
        if says(&path, &words)? {
            found.push(uid);
        }
    }
    Ok(found)
}

/// Whether each of these is somewhere in the message.
fn says(path: &Path, words: &[String]) -> io::Result<bool> {
    let Some(mut file) = read::open(path)? else { return Ok(false) };
    let mut missing: Vec<&String> = words.iter().collect();
    let parts = read::parts(&file)?;
    let (header, _) = parts.place(&Section::WHOLE).unwrap_or_default();
    let header = read::bytes(&mut file, &header, HEADER)?;
    look(&mut missing, &header_text(&header));
    let mut texts = Vec::new();
    collect(parts.structure(), &Section::WHOLE, &mut texts);
    for (section, part) in texts.into_iter().take(TEXTS) {
        if missing.is_empty() {
            break;
        }
        let Some((_, body)) = parts.place(&section) else { continue };
        let bytes = read::bytes(&mut file, &body, TEXT)?;
        look(&mut missing, &text(part, &bytes));
    }
    Ok(missing.is_empty())
}

fn look(missing: &mut Vec<&String>, text: &str) {
    let text = text.to_lowercase();
    missing.retain(|words| !text.contains(words.as_str()));
}

/// The fields of a header, as people read them.
fn header_text(header: &[u8]) -> String {
    let value = |field: field::Field<'_>| field::text(field.value, None).unwrap_or_default();
    field::fields(header)
        .map(|field| format!("{}: {}\n", String::from_utf8_lossy(field.name), value(field)))
        .collect()
}

/// The texts of a message, and of those within it.
fn collect<'a>(structure: &'a Structure, within: &Section, texts: &mut Vec<(Section, &'a Structure)>) {
    for (section, part) in structure.leaves() {
        let section = section.numbers().iter().fold(within.clone(), |outer, number| outer.child(*number));
        match &part.content {
            Content::Message(embedded) => {
                // Its header is the beginning of its bytes.
                texts.push((section.clone(), part));
                collect(&embedded.structure, &section, texts);
            }
            _ if part.media_type.main == "text" => texts.push((section, part)),
            _ => {}
        }
    }
}

/// What a part says.
fn text(part: &Structure, bytes: &[u8]) -> String {
    if matches!(part.content, Content::Message(_)) {
        return header_text(parse::parse(bytes).header());
    }
    let decoded = charset::decode(&part.encoding.decode(bytes), part.charset());
    if part.is("text", "html") { html::to_text(&decoded) } else { decoded }
}
