//! `Find`, from 16.1 on: mails and people, each told in brief.

use wbxml::Document;
use wbxml::Fragment;

use crate::app::App;
use crate::command::phone::Phone;
use crate::connector::searched::Hit;
use crate::directory;
use crate::eas::class::MailView;
use crate::eas::class::View;
use crate::eas::class::email;
use crate::eas::class::email::Mail;
use crate::eas::class::gal;
use crate::eas::class::gal::Shown;
use crate::eas::find::Found;
use crate::eas::find::Request;
use crate::eas::find::Response;
use crate::eas::find::Sought;
use crate::eas::find::Status;
use crate::eas::find::properties;
use crate::eas::preference::BodyPreference;
use crate::eas::preference::BodyType;
use crate::eas::search::Picture;
use crate::eas::search::Range;
use crate::error::Error;
use crate::mailbox::search;
use crate::mime::letter::Letter;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::id::FolderId;
use crate::store::account::Account;

/// The last result that can be asked for, counted from 0.
const LAST: usize = 99;
/// So much of a mail is looked at for what is told of its words.
const LOOKED_AT: u32 = 2048;

/// Answers a `Find`.
pub async fn find(
    app: &App,
    account: &Account,
    phone: &Phone,
    document: &Document,
) -> Result<Vec<u8>, Error> {
    let request = match Request::parse(document.root()) {
        Ok(request) => request,
        Err(status) => return Ok(Response::Failure(status).encode()),
    };
    let range = request.range.unwrap_or(Range { first: 0, last: LAST });
    // MS-ASCMD 2.2.3.177.2 (Status, of Find): nothing is further down.
    if range.first > LAST {
        return Ok(looked(Status::INVALID_REQUEST, Vec::new(), range, None).encode());
    }
    let response = match &request.sought {
        Sought::Mails { .. } => mails(app, phone, &request.sought, range).await?,
        Sought::People { text, picture } => people(app, account, phone, (text, *picture), range).await?,
    };
    Ok(response.encode())
}

async fn mails(app: &App, phone: &Phone, sought: &Sought, range: Range) -> Result<Response, Error> {
    let Sought::Mails { text, class, folder, is_deep } = sought else {
        return Ok(Response::Failure(Status::INVALID_REQUEST));
    };
    if class.as_deref().is_some_and(|class| class != Class::Email.as_str()) {
        return Ok(looked(Status::SUCCESS, Vec::new(), range, Some(0)));
    }
    let named: Option<Vec<FolderId>> = folder.iter().map(|id| id.trim().parse().ok().map(FolderId)).collect();
    let Some(folders) = named else {
        return Ok(looked(Status::FOLDER_SYNC_REQUIRED, Vec::new(), range, None));
    };
    let sought =
        search::Sought { text: text.clone(), folders, is_deep: *is_deep, ..search::Sought::default() };
    let brief = [BodyPreference { truncation_size: Some(LOOKED_AT), ..BodyPreference::of(BodyType::TEXT) }];
    let view = View {
        version: phone.version,
        body: &brief,
        truncation: None,
        owner: &phone.owner,
        birthday: phone.birthday,
        server_id: "",
        mail: MailView::default(),
    };
    let is_next = range.first > 0;
    let found = async {
        let found = search::search(app, phone.who(), &sought, is_next).await?;
        let range = (range.first, range.last.min(LAST) + 1 - range.first);
        let wants = |letter: &Letter| email::wants(letter, &view);
        let shown = search::shown(app, phone.device.account, &found, range, &wants).await?;
        let results: Vec<Found> = shown.iter().map(|(hit, letter)| entry(hit, letter, &view)).collect();
        Ok::<_, Error>((results, found.total))
    };
    match found.await {
        Ok((results, total)) => Ok(looked(Status::SUCCESS, results, range, Some(total))),
        Err(Error::Connector(error)) => {
            tracing::warn!(account = %phone.device.account, %error, "mail cannot be searched");
            Ok(looked(Status::INVALID_REQUEST, Vec::new(), range, None))
        }
        Err(error) => Err(error),
    }
}

fn entry(hit: &Hit, letter: &Letter, view: &View<'_>) -> Found {
    Found {
        class: Some(Class::Email.as_str()),
        server_id: Some(hit.name.to_string()),
        collection_id: Some(hit.name.folder.to_string()),
        properties: properties(&Mail { message: &hit.message, letter, meeting: None }, view),
    }
}

async fn people(
    app: &App,
    account: &Account,
    phone: &Phone,
    (text, picture): (&str, Option<Picture>),
    range: Range,
) -> Result<Response, Error> {
    let limit = range.last.min(LAST) + 1 - range.first;
    let found = directory::search(app, account, text, range.first, limit).await?;
    let mut pictures = 0;
    let mut results = Vec::new();
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
        let properties = Fragment::build(|writer| shown = gal::write(contact, wanted, phone.version, writer));
        results.push(Found { properties, ..Found::default() });
        pictures += usize::from(shown == Shown::Picture);
    }
    Ok(looked(Status::SUCCESS, results, range, Some(found.total)))
}

fn looked(status: Status, results: Vec<Found>, asked: Range, total: Option<usize>) -> Response {
    let last = asked.first + results.len().max(1) - 1;
    let range = (!results.is_empty()).then_some(Range { first: asked.first, last });
    Response::Looked { status, results, range, total }
}
