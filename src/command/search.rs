//! `Search`: the company directory is asked; mailbox and document libraries are said not to be there.

use wbxml::Document;
use wbxml::Fragment;
use wbxml::Version;

use crate::app::App;
use crate::command::status::Refusal;
use crate::connector::Found;
use crate::directory;
use crate::eas::class::gal;
use crate::eas::class::gal::Shown;
use crate::eas::search::Picture;
use crate::eas::search::Range;
use crate::eas::search::Request;
use crate::eas::search::Response;
use crate::eas::search::Status;
use crate::eas::search::Store;
use crate::eas::status::Common;
use crate::model::content::Content;
use crate::store::account::Account;

/// The last result that can be asked for, counted from 0 (MS-ASCMD 2.2.3.143.3 Range).
const LAST: usize = 99;
/// Longer than any name.
const LONGEST: usize = 256;

/// Answers a `Search`.
pub async fn search(
    app: &App,
    account: &Account,
    version: Version,
    document: &Document,
) -> Result<Vec<u8>, Refusal> {
    let request = Request::parse(document.root()).ok_or(Common::INVALID_XML)?;
    let response = match request.store {
        Store::Directory => in_directory(app, account, version, &request).await?,
        // MS-ASTASK 3.2.5.2 and its kin: 2 for a search in items that are no mail.
        Store::Mailbox if request.names_items => Response::of_store(Status::INVALID_REQUEST),
        // There is no mail, and there are no files.
        Store::Mailbox => Response::of_store(Status::NOT_FOUND),
        Store::DocumentLibrary => Response::of_store(Status::ACCESS_BLOCKED),
        Store::Unknown => Response::of_store(Status::INVALID_REQUEST),
    };
    Ok(response.encode())
}

async fn in_directory(
    app: &App,
    account: &Account,
    version: Version,
    request: &Request,
) -> Result<Response, Refusal> {
    if request.query.is_empty() || request.query.len() > LONGEST {
        return Ok(Response::of_store(Status::INVALID_REQUEST));
    }
    let Some(asked) = request.range.unwrap_or(Some(Range { first: 0, last: LAST })) else {
        return Ok(Response::of_store(Status::INVALID_REQUEST));
    };
    if asked.first > LAST {
        return Ok(Response::of_store(Status::END_OF_RANGE));
    }
    let limit = asked.last.min(LAST) + 1 - asked.first;
    let found = directory::search(app, account, &request.query, asked.first, limit).await?;
    Ok(told(&found, asked, request.picture, version))
}

/// The entries found, with the range that they really are.
fn told(found: &Found, asked: Range, picture: Option<Picture>, version: Version) -> Response {
    let mut pictures = 0;
    let mut results = Vec::with_capacity(found.people.len());
    for person in &found.people {
        let Content::Contact(contact) = person else { continue };
        let wanted = match picture {
            None => gal::Picture::Unwanted,
            Some(picture) if picture.max_pictures.is_some_and(|most| pictures >= most) => {
                gal::Picture::Enough(picture.max_size)
            }
            Some(picture) => gal::Picture::Wanted(picture.max_size),
        };
        let mut shown = Shown::Nothing;
        let entry = Fragment::build(|writer| shown = gal::write(contact, wanted, version, writer));
        results.push(entry.into());
        pictures += usize::from(shown == Shown::Picture);
    }
    let is_past_end = found.total > 0 && asked.first >= found.total;
    let status = if asked.last > LAST || is_past_end { Status::END_OF_RANGE } else { Status::SUCCESS };
    let last = asked.first + results.len().max(1) - 1;
    let range = Some(Range { first: asked.first, last });
    Response::Store { status, results, range, total: Some(found.total) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::class::Class;

    fn found(count: usize, total: usize) -> Found {
        let person = |number| {
            let card = json!({ "name": { "full": format!("Montør {number}") } });
            Content::from_json(Class::Contacts, &card.to_string()).unwrap()
        };
        Found { total, people: (0..count).map(person).collect() }
    }

    #[track_caller]
    fn check(found: &Found, (first, last): (usize, usize), expected: (Status, &str, usize)) {
        let response = told(found, Range { first, last }, None, Version::V14_1);
        let Response::Store { status, range: Some(range), total: Some(total), .. } = response else {
            panic!("a store with range and total")
        };
        assert_eq!((status, range.to_string().as_str(), total), expected);
    }

    #[test]
    fn the_range_is_that_of_the_entries_told() {
        check(&found(3, 17), (0, 2), (Status::SUCCESS, "0-2", 17));
        check(&found(2, 17), (15, 20), (Status::SUCCESS, "15-16", 17));
        check(&found(0, 0), (0, 99), (Status::SUCCESS, "0-0", 0));
        check(&found(100, 1500), (0, 999), (Status::END_OF_RANGE, "0-99", 1500));
        check(&found(0, 17), (20, 30), (Status::END_OF_RANGE, "20-20", 17));
    }
}
