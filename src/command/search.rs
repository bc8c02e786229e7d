//! `Search`: the company directory and the mailbox are asked; document libraries are said not to be there.

use wbxml::Document;
use wbxml::Fragment;
use wbxml::Version;

use crate::app::App;
use crate::command::phone::Phone;
use crate::command::status::Refusal;
use crate::command::sync::letters;
use crate::connector::Found;
use crate::connector::searched::Hit;
use crate::directory;
use crate::eas::class::MailView;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::gal;
use crate::eas::class::gal::Shown;
use crate::eas::search::Found as Entry;
use crate::eas::search::Picture;
use crate::eas::search::Range;
use crate::eas::search::Request;
use crate::eas::search::Response;
use crate::eas::search::Status;
use crate::eas::search::Store;
use crate::eas::search::mailbox::Query;
use crate::eas::status::Common;
use crate::error::Error;
use crate::mailbox::search;
use crate::mailbox::search::Sought;
use crate::mime::letter::Letter;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::FolderId;
use crate::store::account::Account;

/// The last result that can be asked for, counted from 0 (MS-ASCMD 2.2.3.143.3 Range).
const LAST: usize = 99;
/// Longer than any name.
const LONGEST: usize = 256;

/// Answers a `Search`.
pub async fn search(
    app: &App,
    account: &Account,
    phone: &Phone,
    document: &Document,
) -> Result<Vec<u8>, Refusal> {
    let request = Request::parse(document.root()).ok_or(Common::INVALID_XML)?;
    let response = match request.store {
        Store::Directory => in_directory(app, account, phone.version, &request).await?,
        // MS-ASTASK 3.2.5.2 and its kin: 2 for a search in items that are no mail.
        Store::Mailbox if request.names_items => Response::of_store(Status::INVALID_REQUEST),
        Store::Mailbox => in_mailbox(app, phone, &request).await?,
        // There are no files.
        Store::DocumentLibrary => Response::of_store(Status::ACCESS_BLOCKED),
        Store::Unknown => Response::of_store(Status::INVALID_REQUEST),
    };
    Ok(response.encode())
}

async fn in_mailbox(app: &App, phone: &Phone, request: &Request) -> Result<Response, Error> {
    let asked = match &request.mailbox {
        Some(Ok(asked)) => asked,
        Some(Err(status)) => return Ok(Response::of_store(*status)),
        None => return Ok(Response::of_store(Status::INVALID_REQUEST)),
    };
    let Some(range) = request.range.unwrap_or(Some(Range { first: 0, last: LAST })) else {
        return Ok(Response::of_store(Status::INVALID_REQUEST));
    };
    if range.first > LAST {
        return Ok(Response::of_store(Status::END_OF_RANGE));
    }
    let Some(sought) = sought(&asked.query, asked.is_deep) else {
        return Ok(Response::of_store(Status::FOLDER_SYNC_REQUIRED));
    };
    if !asked.query.classes.is_empty() && !asked.query.classes.iter().any(|class| class == "Email") {
        return Ok(Response::nothing());
    }
    let view = View {
        version: phone.version,
        body: &asked.body,
        truncation: None,
        owner: &phone.owner,
        birthday: phone.birthday,
        server_id: "",
        mail: MailView {
            mime_support: asked.mime_support,
            body_part: asked.body_part.as_ref(),
            ..MailView::default()
        },
    };
    // MS-ASCMD 2.2.3.144 (RebuildResults): without it, what was found counts; the first page always asks anew.
    let is_next = range.first > 0 && !request.rebuild;
    let looked = async {
        let found = search::search(app, phone.who(), &sought, is_next).await?;
        let range = (range.first, range.last.min(LAST) + 1 - range.first);
        let wants = |letter: &Letter| email::wants(letter, &view);
        let shown = search::shown(app, phone.device.account, &found, range, &wants).await?;
        let results = shown.into_iter().map(|(hit, letter)| entry(hit, &letter, &view)).collect();
        Ok::<_, Error>((results, found.total))
    };
    match looked.await {
        Ok((results, total)) => Ok(in_range(results, range, total)),
        Err(Error::Connector(error)) => {
            tracing::warn!(account = %phone.device.account, %error, "mail cannot be searched");
            Ok(Response::of_store(Status::CONNECTION_FAILED))
        }
        Err(error) => Err(error),
    }
}

/// What is sought, in our words; none where it names a folder that is none.
fn sought(query: &Query, is_deep: bool) -> Option<Sought> {
    let folders: Option<Vec<FolderId>> =
        query.folders.iter().map(|id| id.trim().parse().ok().map(FolderId)).collect();
    Some(Sought {
        text: query.text.join(" "),
        after: query.after,
        before: query.before,
        folders: folders?,
        is_deep,
    })
}

fn entry(hit: &Hit, letter: &Letter, view: &View<'_>) -> Entry {
    let long_id = hit.name.to_string();
    let properties = letters::encode(&hit.message, letter, &View { server_id: &long_id, ..*view });
    let collection_id = Some(hit.name.folder.to_string());
    Entry { class: Some(Class::Email.as_str()), long_id: Some(long_id), collection_id, properties }
}

/// The results of a range, and which that really are.
// MS-ASCMD 2.2.3.143.3 (Range), 2.2.3.184.2 (Total): nothing found has neither.
fn in_range(results: Vec<Entry>, asked: Range, total: usize) -> Response {
    if total == 0 {
        return Response::nothing();
    }
    let is_past_end = asked.first >= total;
    let status = if asked.last > LAST || is_past_end { Status::END_OF_RANGE } else { Status::SUCCESS };
    let last = asked.first + results.len().max(1) - 1;
    let range = (!results.is_empty()).then_some(Range { first: asked.first, last });
    Response::Store { status, results, range, total: Some(total) }
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
