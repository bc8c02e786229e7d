//! Looks through what came into an inbox, and writes the answers. Sends none: `jobs/send` does.

use jiff::SignedDuration;
use jiff::Timestamp;
use sha2::Digest as _;

use super::super::office::Office;
use super::super::office::Watch;
use super::super::office::answer as answered;
use super::super::office::later;
use super::oldest;
use super::whom;
use super::whom::Owner;
use crate::app::new_key;
use crate::connector::Collection;
use crate::connector::mail::Outline;
use crate::connector::mail::Vacation;
use crate::connector::mail::Words;
use crate::error::Error;
use crate::mailbox::Mailbox;
use crate::mime::address;
use crate::mime::compose::Rules;
use crate::mime::compose::away;
use crate::mime::headers::Headers;
use crate::model::absence::Audience;
use crate::model::absence::Reply;
use crate::model::class::Class;
use crate::model::content::Content;
use crate::model::folder::FolderKind;
use crate::model::id::OutgoingId;
use crate::model::id::Rev;
use crate::model::outgoing::Progress;
use crate::store;
use crate::store::absence;
use crate::store::absence::Arrived;
use crate::store::absence::Kept;
use crate::store::account;
use crate::store::account::Account;
use crate::store::folder;
use crate::store::item;
use crate::store::outgoing;
use crate::store::outgoing::Outgoing;
use crate::store::retrying;

/// Messages looked at in one go.
const MANY: i64 = 50;

/// Answers what came into an inbox since it was looked through.
pub(super) async fn answer(
    office: &Office,
    kept: &Kept,
    mailbox: &Mailbox,
    watch: Watch,
) -> Result<(), Error> {
    let mut reader = office.app.store().read().await?;
    let row = folder::find(&mut reader, kept.account, absence::inbox()).await?;
    let Some(row) = row.filter(|row| !row.deleted && row.rev > kept.looked) else { return Ok(()) };
    let arrived = absence::arrived(&mut reader, (kept.account, absence::inbox()), kept.looked, MANY).await?;
    let Some(owner) = account::by_id(&mut reader, kept.account).await? else { return Ok(()) };
    let wanted: Vec<&Arrived> = arrived.iter().filter(|one| is_wanted(one, kept, watch.now())).collect();
    let known = if wanted.is_empty() { Owner::default() } else { of(&mut reader, &owner, mailbox).await? };
    drop(reader);
    let ids: Vec<String> = wanted.iter().filter_map(|one| one.remote_id.clone()).collect();
    let mut outlines = Vec::new();
    if let Some(inbox) = Collection::behind(&row.folder).filter(|_| !ids.is_empty()) {
        outlines = answered(mailbox.mail.outlines(&mailbox.user, &inbox, &ids)).await?;
    }
    let mut looked = kept.looked;
    for one in wanted {
        let outline = outlines.iter().find(|outline| Some(&outline.id) == one.remote_id.as_ref());
        let Some(letter) = outline.and_then(|outline| letter(kept, &owner, &known, outline, watch.now()))
        else {
            continue;
        };
        let to = Rev(one.item.0);
        if !retrying(|| send(office, kept, mailbox, &letter, (looked, to), watch.now())).await? {
            // Its owner said something else just now: it is looked at under that.
            return Ok(());
        }
        looked = to;
    }
    let all = i64::try_from(arrived.len()).is_ok_and(|count| count < MANY);
    let end = arrived.last().filter(|_| !all).map_or(row.rev, |last| Rev(last.item.0));
    retrying(async || {
        let mut tx = office.app.store().begin().await?;
        absence::looked(&mut tx, kept, looked, end).await?;
        tx.commit().await
    })
    .await?;
    Ok(())
}

/// What is in the inbox needs no answer of ours: the mail server gave it.
pub(super) async fn skip(office: &Office, kept: &Kept) -> store::Result<()> {
    retrying(async || {
        let mut tx = office.app.store().begin().await?;
        let inbox = folder::find(&mut tx, kept.account, absence::inbox()).await?;
        if let Some(inbox) = inbox {
            absence::looked(&mut tx, kept, kept.looked, inbox.rev).await?;
        }
        tx.commit().await
    })
    .await
}

/// What a mail server is told that is to answer.
pub(super) async fn vacation(
    office: &Office,
    kept: &Kept,
    mailbox: &Mailbox,
    now: Timestamp,
) -> store::Result<Vacation> {
    let mut reader = office.app.store().read().await?;
    let Some(owner) = account::by_id(&mut reader, kept.account).await? else {
        return Ok(Vacation::default());
    };
    let known = of(&mut reader, &owner, mailbox).await?;
    drop(reader);
    let domain = owner.email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let words = |audience| kept.absence.answer(audience).map(words);
    Ok(Vacation {
        name: kept.since.map(|since| since.as_second().to_string()).unwrap_or_default(),
        days: absence::TOLD_FOR.as_secs() / (24 * 60 * 60),
        addresses: known.owned,
        domains: vec![domain.to_owned()],
        colleagues: known.colleagues.into_iter().take(MOST_PEOPLE).collect(),
        contacts: known.known.into_iter().take(MOST_PEOPLE).collect(),
        internal: words(Audience::Internal),
        known: words(Audience::Known),
        unknown: words(Audience::Unknown),
        is_on: kept.counts_at(now),
        since: kept.since,
        until: kept.until,
    })
}

/// A script has room for no more.
const MOST_PEOPLE: usize = 5000;

fn words(reply: &Reply) -> Words {
    let (name, is_mime) = (said(reply), reply.is_html == Some(true));
    let text = if is_mime {
        String::from_utf8_lossy(&away::content(reply, &name)).into_owned()
    } else {
        reply.text.clone().unwrap_or_default()
    };
    Words { name, text, is_mime }
}

/// Whether it came while its reader was away, and not long ago.
fn is_wanted(arrived: &Arrived, kept: &Kept, now: Timestamp) -> bool {
    let Ok(Content::Message(message)) = Content::from_json(Class::Email, &arrived.content) else {
        return false;
    };
    let (Some(since), Some(came)) = (kept.since, message.received_at) else { return false };
    arrived.remote_id.is_some()
        // Mail servers date by the second, backwards: what has the time of the beginning may have been there before.
        && came >= since
        && kept.until.is_none_or(|until| came < until)
        && came >= oldest(now)
}

/// What is to be known of the owner to tell one kind of people from another.
pub(super) async fn of(
    c: &mut store::Connection,
    owner: &Account,
    mailbox: &Mailbox,
) -> store::Result<Owner> {
    let log_in = mailbox.user.name.clone().filter(|name| name.contains('@'));
    let owned = [Some(owner.email.clone()), log_in].into_iter().flatten().map(|own| own.to_lowercase());
    let mut found = Owner { owned: owned.collect(), ..Owner::default() };
    let domain = owner.email.rsplit_once('@').map_or("", |(_, domain)| domain);
    found.colleagues = account::elsewhere(c, owner.organisation, domain).await?.into_iter().collect();
    for row in folder::list(c, owner.id).await? {
        let is_people = row.folder.class == Class::Contacts && row.folder.kind != FolderKind::RECIPIENT_CACHE;
        if row.deleted || !is_people {
            continue;
        }
        for version in item::living(c, owner.id, row.folder.id).await? {
            let Ok(Content::Contact(contact)) = Content::from_json(Class::Contacts, &version.content) else {
                continue;
            };
            for email in contact.emails.values().filter_map(|email| email.address.as_deref()) {
                found.known.extend(address::read(email).into_iter().map(|one| one.address.to_lowercase()));
            }
        }
    }
    Ok(found)
}

/// An answer, and to whom.
struct Letter {
    sender: String,
    /// What it says, as a hash.
    said: String,
    id: String,
    answer: away::Answer,
}

fn letter(
    kept: &Kept,
    account: &Account,
    owner: &Owner,
    outline: &Outline,
    now: Timestamp,
) -> Option<Letter> {
    let headers = Headers::read(&outline.header);
    let sender = whom::whom(&outline.header, &headers, &owner.owned)?;
    let reply = kept.absence.answer(owner.audience(&sender))?;
    let name = Some(account.name.clone()).filter(|name| !name.is_empty());
    let from = address::Mailbox { name, address: account.email.clone() };
    let host = account.email.rsplit_once('@').map_or("localhost", |(_, host)| host);
    let id = new_key();
    let rules = Rules { sender: &from, owned: &[], now, id: &id, host };
    let answer = away::write(&headers, reply, &sender, &rules);
    Some(Letter { said: said(reply), id: format!("{id}@{host}"), sender, answer })
}

/// Words that are others have another one.
fn said(reply: &Reply) -> String {
    let mut hash = sha2::Sha256::new();
    hash.update([u8::from(reply.is_html == Some(true))]);
    hash.update(reply.text.as_deref().unwrap_or_default());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Puts an answer into the queue, unless its reader was told the same lately. False: it is not ours any more.
async fn send(
    office: &Office,
    kept: &Kept,
    mailbox: &Mailbox,
    letter: &Letter,
    (from, to): (Rev, Rev),
    now: Timestamp,
) -> store::Result<bool> {
    let mut tx = office.app.store().begin().await?;
    if !absence::looked(&mut tx, kept, from, to).await? {
        return Ok(false);
    }
    let told_for = SignedDuration::try_from(absence::TOLD_FOR).unwrap_or(SignedDuration::MAX);
    let times = (later(now, -told_for), now);
    if absence::tell(&mut tx, kept.account, &letter.sender, &letter.said, times).await? {
        let id = OutgoingId(office.app.new_id());
        for (number, piece) in (0..).zip([&letter.answer.header, &letter.answer.body]) {
            outgoing::add_piece(&mut tx, (kept.account, id), number, piece, now).await?;
        }
        let row = Outgoing {
            account: kept.account,
            id,
            connection: mailbox.connection.clone(),
            // RFC 3834 3.3: so that nothing ever comes back.
            sender: String::new(),
            message_id: letter.id.clone(),
            unseen: String::new(),
            progress: Progress { recipients: vec![letter.sender.clone()], ..Progress::default() },
            attempts: 0,
            next_at: now,
            created_at: now,
        };
        outgoing::create(&mut tx, &row).await?;
    }
    tx.commit().await?;
    Ok(true)
}
