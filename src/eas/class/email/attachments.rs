//! What is attached to a mail, in the words of 2.5 and of the versions after. Fetches none of it.

use wbxml::Tag;
use wbxml::Writer;
use wbxml::airsyncbase;
use wbxml::email;

use crate::eas::class::View;
use crate::eas::class::email::Mail;
use crate::eas::name::FileReference;

// MS-ASAIRS 2.2.2.7 (Attachment). Android and Windows Phone need the size.
pub(super) fn write_attachments(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    writer.container(tag, |writer| {
        for file in mail.letter.attachments() {
            writer.open(airsyncbase::ATTACHMENT);
            writer.text(airsyncbase::DISPLAY_NAME, &file.name);
            writer.text(airsyncbase::FILE_REFERENCE, &FileReference::of(view.server_id, &file.section));
            writer.number(airsyncbase::METHOD, file.method.number());
            writer.number(airsyncbase::ESTIMATED_DATA_SIZE, size(file.size));
            for (tag, text) in
                [(airsyncbase::CONTENT_ID, &file.content_id), (airsyncbase::CONTENT_LOCATION, &file.location)]
            {
                if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
                    writer.text(tag, text);
                }
            }
            if file.is_inline {
                writer.number(airsyncbase::IS_INLINE, 1);
            }
            writer.close();
        }
    });
}

/// As 2.5 has it, where the name is what `GetAttachment` fetches it by.
pub(super) fn write_old_attachments(mail: &Mail<'_>, tag: Tag, view: &View<'_>, writer: &mut Writer) {
    writer.container(tag, |writer| {
        for file in mail.letter.attachments() {
            writer.open(email::ATTACHMENT);
            writer.text(email::ATT_NAME, &FileReference::of(view.server_id, &file.section));
            writer.number(email::ATT_SIZE, size(file.size));
            // What an inline picture is called in the HTML, which 2.5 shows none of.
            if let Some(id) = file.content_id.as_deref().filter(|id| !id.is_empty()) {
                writer.text(email::ATT_OID, id);
            }
            writer.number(email::ATT_METHOD, file.method.number());
            writer.text(email::DISPLAY_NAME, &file.name);
            writer.close();
        }
    });
}

// MS-ASAIRS 2.2.2.23.1 (EstimatedDataSize): 32 bits.
fn size(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
