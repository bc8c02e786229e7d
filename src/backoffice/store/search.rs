//! Finding people and companies by the beginnings of their words.

use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::backoffice::Result;
use crate::backoffice::store::Store;
use crate::model::contact::Contact;
use crate::model::object::Shape;

/// More words than anybody types; the rest narrows nothing.
const WORDS_MAX: usize = 8;

/// What an object is found and sorted by; empty outside the directory.
#[derive(Debug, Default)]
pub(super) struct Searchable {
    pub(super) name: String,
    pub(super) words: String,
}

impl Searchable {
    /// Reads it from a card: name, addresses, numbers, company and title.
    pub(super) fn of(collection: &str, card: &Value) -> Self {
        let card = Contact::read(card).filter(|_| matches!(collection, "people" | "companies"));
        let Some(card) = card else { return Self::default() };
        let name = card.name.unwrap_or_default();
        let parts: Vec<String> = name.components.into_iter().filter_map(|part| part.value).collect();
        let name = name.full.unwrap_or_else(|| parts.join(" ")).to_lowercase();
        let further = parts.into_iter().map(Some);
        let further = further.chain(card.emails.into_values().map(|email| email.address));
        let further = further.chain(card.phones.into_values().map(|phone| phone.number));
        let further = further.chain(card.organizations.into_values().map(|company| company.name));
        let further = further.chain(card.titles.into_values().map(|title| title.name));
        let words =
            further.flatten().fold(format!(" {name}"), |words, text| words + " " + &text.to_lowercase());
        Self { name, words }
    }
}

const MATCHING: &str = "
FROM object JOIN shelf ON shelf.number = object.shelf
WHERE shelf.collection IN ('people', 'companies') AND object.deleted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM json_each($1) AS word WHERE object.words NOT LIKE word.value ESCAPE '\\')";

impl Store {
    /// The cards in which each word of the query begins a word, by name; and how many there are in all.
    pub async fn search(&self, query: &str, offset: i64, limit: i64) -> Result<(i64, Vec<(String, Value)>)> {
        let words: Vec<String> = query.split_whitespace().take(WORDS_MAX).map(pattern).collect();
        let words = Value::from(words).to_string();
        let mut connection = self.pool.acquire().await?;
        let (total,) = sqlx::query_as(AssertSqlSafe(format!("SELECT count(*) {MATCHING}")))
            .bind(&words)
            .fetch_one(&mut *connection)
            .await?;
        let page = format!(
            "SELECT object.id, object.data {MATCHING} ORDER BY object.name, object.id LIMIT $2 OFFSET $3"
        );
        let rows: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(page))
            .bind(&words)
            .bind(limit)
            .bind(offset)
            .fetch_all(&mut *connection)
            .await?;
        let cards = rows.into_iter().map(|(id, data)| Ok((id, serde_json::from_str(&data)?)));
        Ok((total, cards.collect::<Result<_>>()?))
    }
}

/// `words` begins with a space, so every word in it follows one.
fn pattern(word: &str) -> String {
    let escaped = word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("% {escaped}%")
}
