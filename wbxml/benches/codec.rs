//! Speed and memory of the codec on Sync answers of calendars and contacts, as a phone gets them.
//!
//! Run by `cargo bench -p wbxml`.

use divan::AllocProfiler;
use divan::Bencher;
use divan::counter::BytesCount;
use wbxml::Document;
use wbxml::Limits;
use wbxml::Writer;
use wbxml::airsync;
use wbxml::airsyncbase;
use wbxml::calendar;
use wbxml::contacts;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// How many bytes the documents have.
const SIZES: [usize; 3] = [20_000, 1_000_000, 10_000_000];

fn main() {
    divan::main();
}

#[divan::bench(args = SIZES)]
fn decode(bencher: Bencher<'_, '_>, size: usize) {
    let body = answer(size);
    let bencher = bencher.counter(BytesCount::new(body.len())).with_inputs(|| body.clone());
    bencher.bench_values(|body| Document::decode(body, &Limits::default()));
}

/// What `decode` takes when it has to take the document too: `max alloc` is both.
#[divan::bench(args = SIZES, sample_count = 1)]
fn memory(bencher: Bencher<'_, '_>, size: usize) {
    let body = answer(size);
    bencher.bench(|| Document::decode(body.as_slice(), &Limits::default()));
}

#[divan::bench(args = SIZES)]
fn encode(bencher: Bencher<'_, '_>, size: usize) {
    let body = answer(size);
    let count = BytesCount::new(body.len());
    let Ok(document) = Document::decode(body, &Limits::default()) else { return };
    bencher.counter(count).bench(|| document.encode());
}

#[divan::bench(args = SIZES)]
fn write(bencher: Bencher<'_, '_>, size: usize) {
    bencher.counter(BytesCount::new(answer(size).len())).bench(|| answer(size));
}

/// A Sync answer of about this size, events and contacts by turns.
fn answer(size: usize) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.open(airsync::SYNC);
    writer.open(airsync::COLLECTIONS);
    writer.open(airsync::COLLECTION);
    writer.number(airsync::SYNC_KEY, 42);
    writer.number(airsync::COLLECTION_ID, 1);
    writer.number(airsync::STATUS, 1);
    writer.open(airsync::COMMANDS);
    let mut number = 0;
    while writer.len() < size {
        number += 1;
        writer.open(airsync::ADD);
        writer.text(airsync::SERVER_ID, &format!("1:{number}"));
        writer.container(airsync::APPLICATION_DATA, |writer| {
            if number % 2 == 0 { contact(writer, number) } else { event(writer, number) }
        });
        writer.close();
    }
    writer.finish()
}

/// An event of a meeting, with attendees, recurrence and an exception.
fn event(writer: &mut Writer, number: usize) {
    writer.text(calendar::TIMEZONE, &"xP///wAAAAAAAAAAAAAAAAAAAAAAAAA".repeat(8)[..232]);
    writer.text(calendar::DT_STAMP, "20261122T140939Z");
    writer.text(calendar::START_TIME, "20261210T100000Z");
    writer.text(calendar::SUBJECT, &format!("Ledermøte {number}: budsjett og bemanning"));
    writer.text(calendar::UID, "040000008200E00074C5B7101A82E0080000000010D1");
    writer.text(calendar::ORGANIZER_NAME, "Kari Nordmann");
    writer.text(calendar::ORGANIZER_EMAIL, "kari.nordmann@nordlys.example");
    writer.container(calendar::ATTENDEES, |writer| {
        for name in ["Ola Nordmann", "Ida Berg", "Åse Hansen"] {
            writer.container(calendar::ATTENDEE, |writer| {
                writer.text(calendar::EMAIL, "fornavn.etternavn@nordlys.example");
                writer.text(calendar::NAME, name);
                writer.number(calendar::ATTENDEE_STATUS, 3);
                writer.number(calendar::ATTENDEE_TYPE, 1);
            });
        }
    });
    writer.text(calendar::LOCATION, "Møterom 1, Stranden 1, Aker Brygge");
    writer.text(calendar::END_TIME, "20261210T113000Z");
    writer.container(calendar::RECURRENCE, |writer| {
        writer.number(calendar::TYPE, 1);
        writer.number(calendar::INTERVAL, 2);
        writer.number(calendar::DAY_OF_WEEK, 16);
        writer.text(calendar::UNTIL, "20271210T100000Z");
    });
    body(writer, "Agenda:\r\n- regnskap per november\r\n- budsjett 2027\r\n- bemanning på kundesenteret\r\n");
    writer.number(calendar::SENSITIVITY, 0);
    writer.number(calendar::BUSY_STATUS, 2);
    writer.number(calendar::ALL_DAY_EVENT, 0);
    writer.number(calendar::REMINDER, 15);
    writer.container(calendar::EXCEPTIONS, |writer| {
        writer.container(calendar::EXCEPTION, |writer| {
            writer.number(calendar::DELETED, 1);
            writer.text(calendar::EXCEPTION_START_TIME, "20261224T100000Z");
        });
    });
    writer.number(calendar::MEETING_STATUS, 1);
}

/// A contact as people have them: two addresses, three numbers, a note.
fn contact(writer: &mut Writer, number: usize) {
    body(writer, "Møtt på messen i Lillestrøm. Ringes helst før lunsj.");
    writer.text(contacts::FILE_AS, &format!("Nordmann, Ola {number}"));
    writer.text(contacts::FIRST_NAME, "Ola");
    writer.text(contacts::LAST_NAME, "Nordmann");
    writer.text(contacts::EMAIL1_ADDRESS, "\"Ola Nordmann\" <ola.nordmann@fjordkraft.example>");
    writer.text(contacts::EMAIL2_ADDRESS, "\"Ola Nordmann\" <ola@privat.example>");
    writer.text(contacts::COMPANY_NAME, "Fjordkraft og Sønner AS");
    writer.text(contacts::DEPARTMENT, "Innkjøp");
    writer.text(contacts::JOB_TITLE, "Innkjøpssjef");
    writer.text(contacts::BUSINESS_PHONE_NUMBER, "+47 22 33 44 55");
    writer.text(contacts::MOBILE_PHONE_NUMBER, "+47 912 34 567");
    writer.text(contacts::HOME_PHONE_NUMBER, "+47 66 77 88 99");
    writer.text(contacts::BUSINESS_ADDRESS_STREET, "Stranden 1");
    writer.text(contacts::BUSINESS_ADDRESS_POSTAL_CODE, "0250");
    writer.text(contacts::BUSINESS_ADDRESS_CITY, "Oslo");
    writer.text(contacts::BUSINESS_ADDRESS_COUNTRY, "Norge");
    writer.text(contacts::BIRTHDAY, "1980-02-29T00:00:00.000Z");
    writer.container(contacts::CATEGORIES, |writer| writer.text(contacts::CATEGORY, "Kunde"));
}

fn body(writer: &mut Writer, text: &str) {
    writer.container(airsyncbase::BODY, |writer| {
        writer.number(airsyncbase::TYPE, 1);
        writer.number(airsyncbase::ESTIMATED_DATA_SIZE, text.len());
        writer.text(airsyncbase::DATA, text);
    });
}
