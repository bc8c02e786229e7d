//! The files of an event, from 16.0 on (MS-ASAIRS 2.2.2.8 Attachments): named, added, taken away. Fetched elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use sha2::Sha256;
use wbxml::Element;
use wbxml::Fragment;
use wbxml::Tag;
use wbxml::Version;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::calendar;

use crate::eas::class::Reading;
use crate::eas::class::Unreadable;
use crate::eas::class::View;
use crate::eas::element;
use crate::eas::name::FileReference;
use crate::model::event::Event;
use crate::model::event::attachment::Attachment;
use crate::model::event::attachment::MOST_BASE64;

pub(super) fn write_attachments(item: &Event, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    writer.container(tag, |writer| {
        for (key, file) in item.attachments() {
            writer.container(airsyncbase::ATTACHMENT, |writer| {
                if let Some(name) = file.name {
                    writer.text(airsyncbase::DISPLAY_NAME, name);
                }
                writer.text(airsyncbase::FILE_REFERENCE, &FileReference::of(view.server_id, key));
                // MS-ASAIRS 2.2.2.31.2 (Method): 1 is a file.
                writer.number(airsyncbase::METHOD, 1);
                writer.number(airsyncbase::ESTIMATED_DATA_SIZE, file.size());
                if let Some(id) = file.content_id {
                    writer.text(airsyncbase::CONTENT_ID, id);
                    writer.number(airsyncbase::IS_INLINE, 1);
                }
            });
        }
    });
}

/// Adds and takes away what the phone says; files that it does not mention stay.
pub(super) fn read_attachments(
    item: &mut Event,
    element: Option<Element<'_>>,
    _: &Reading<'_>,
) -> Result<(), Unreadable> {
    for child in element.into_iter().flat_map(Element::children) {
        match child.tag() {
            airsyncbase::ADD => add(item, child)?,
            airsyncbase::DELETE => {
                let reference = element::text(child, airsyncbase::FILE_REFERENCE).unwrap_or_default();
                if let Ok(file) = reference.parse::<FileReference>() {
                    item.detach(file.of_occurrence().1);
                }
            }
            // What a phone was shown it need not send back.
            _ => {}
        }
    }
    check_size(item)
}

/// Whether an event has room for its files, and for those of its occurrences.
pub(super) fn check_size(item: &Event) -> Result<(), Unreadable> {
    let own: usize = item.attachments().map(|(_, file)| file.base64.len()).sum();
    let patches = item.recurrence_overrides.values().flat_map(|patch| &patch.0);
    let of_links = patches.filter(|(pointer, _)| pointer.starts_with("links"));
    let of_occurrences: usize = of_links.map(|(_, value)| value.to_string().len()).sum();
    if own + of_occurrences > MOST_BASE64 {
        return Err(Unreadable { element: airsyncbase::CONTENT, reason: "more than an event may hold" });
    }
    Ok(())
}

fn add(item: &mut Event, element: Element<'_>) -> Result<(), Unreadable> {
    let text = |tag| element::text(element, tag).filter(|text| !text.is_empty());
    let content = element
        .child(airsyncbase::CONTENT)
        .ok_or(Unreadable { element: airsyncbase::CONTENT, reason: "a file without content" })?;
    let base64 = base64_of(content).ok_or_else(|| Unreadable::at(content, "neither bytes nor base64"))?;
    let is_inline = element::flag(element, airsyncbase::IS_INLINE) == Some(true);
    let file = Attachment {
        name: text(airsyncbase::DISPLAY_NAME),
        content_type: text(airsyncbase::CONTENT_TYPE).unwrap_or("application/octet-stream"),
        content_id: text(airsyncbase::CONTENT_ID).filter(|_| is_inline),
        base64: &base64,
    };
    item.attach(&key(element), file);
    Ok(())
}

// MS-ASDTYPE 2.7.1 (Byte Array): opaque data; some write base64 instead.
fn base64_of(content: Element<'_>) -> Option<String> {
    if content.is_opaque() {
        return Some(STANDARD.encode(content.bytes()));
    }
    let base64: String = content.text().split_ascii_whitespace().collect();
    STANDARD.decode(&base64).is_ok().then_some(base64)
}

/// The key of a file that a phone adds: the same whenever it sends it again.
fn key(element: Element<'_>) -> String {
    let mut hash = Sha256::new();
    for tag in [airsyncbase::CLIENT_ID, airsyncbase::CONTENT] {
        let bytes = element.child(tag).map(Element::bytes).unwrap_or_default();
        hash.update(bytes.len().to_le_bytes());
        hash.update(bytes);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What a phone hears of its own Add or Change beside the status, from 16.0 on: what it could not know.
pub(super) fn answer(item: &Event, sent: Element<'_>, is_new: bool, view: &View<'_>) -> Option<Fragment> {
    if view.version < Version::V16_0 {
        return None;
    }
    let answer = Fragment::build(|writer| {
        // MS-ASCAL 2.2.2.46 (UID): the server makes it, and says it in the response to the Add.
        if let Some(uid) = item.uid.as_deref().filter(|_| is_new) {
            writer.text(calendar::UID, uid);
        }
        writer.container(airsyncbase::ATTACHMENTS, |writer| {
            let attachments = sent.child(airsyncbase::ATTACHMENTS);
            let added = attachments.into_iter().flat_map(Element::children);
            for added in added.filter(|child| child.tag() == airsyncbase::ADD) {
                // MS-ASAIRS 2.2.2.7 (Attachment): its own name for it and ours, nothing else.
                writer.container(airsyncbase::ATTACHMENT, |writer| {
                    let client_id = element::text(added, airsyncbase::CLIENT_ID).unwrap_or_default();
                    writer.text(airsyncbase::CLIENT_ID, client_id);
                    writer.text(airsyncbase::FILE_REFERENCE, &FileReference::of(view.server_id, key(added)));
                });
            }
        });
    });
    Some(answer).filter(|answer| !answer.is_empty())
}
