//! What a Sync costs the server's processor and memory: an empty one, and the first of an address book.
//!
//! Run by `cargo bench -p benches --bench sync`.
#![expect(clippy::print_stdout, reason = "that is where the figures go")]

use std::time::Duration;
use std::time::Instant;

use benches::number;
use benches::phone::CONTACTS;
use benches::phone::Phone;
use benches::phone::sync;
use benches::server::Home;
use benches::server::Server;

#[tokio::main]
async fn main() {
    let requests = number("REQUESTS", 20_000);
    empty(requests).await;
    for items in [1_000, number("ITEMS", 10_000)] {
        first(items).await;
    }
}

/// 50 phones, 8 requests at a time, and nothing new.
async fn empty(requests: usize) {
    const PHONES: usize = 50;
    const AT_A_TIME: usize = 8;
    let home = Home::new(PHONES);
    let server = home.serve();
    let mut crews: Vec<Vec<(Phone, Vec<u8>)>> = (0..AT_A_TIME).map(|_| Vec::new()).collect();
    for account in 0..PHONES {
        let mut phone = Phone::plain(server.plain, account, "PHONE").await;
        phone.folders().await;
        let key = phone.first_key(CONTACTS).await;
        let key = phone.add_contacts(&key, 0..20, 100).await;
        let body = sync(&key, CONTACTS, 100, |_| {});
        // The first one stores the options; the second has nothing to do any more.
        for _ in 0..2 {
            assert!(phone.sync(&body).await.is_none());
        }
        if let Some(crew) = crews.get_mut(account % AT_A_TIME) {
            crew.push((phone, body));
        }
    }
    let (start, cpu) = (Instant::now(), server.cpu());
    let tasks: Vec<_> = crews
        .into_iter()
        .map(|mut crew| {
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                for round in 0..requests / PHONES {
                    for (phone, body) in &mut crew {
                        let start = Instant::now();
                        assert!(phone.sync(body).await.is_none(), "round {round}");
                        slowest = slowest.max(start.elapsed());
                    }
                }
                slowest
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for task in tasks {
        slowest = slowest.max(task.await.unwrap_or_default());
    }
    let (took, used) = (start.elapsed(), server.cpu() - cpu);
    let done = u32::try_from(requests / PHONES * PHONES).unwrap_or(u32::MAX);
    println!(
        "empty Sync: {} µs of server CPU each, {:.0}/s, slowest {} ms ({done} requests)",
        (used / done).as_micros(),
        f64::from(done) / took.as_secs_f64(),
        slowest.as_millis(),
    );
}

/// An address book, read from nothing by one phone after the other.
async fn first(items: usize) {
    const PHONES: u32 = 5;
    const WINDOW: usize = 100;
    let home = Home::new(1);
    fill(home.serve(), items).await;
    let before = home.size();
    let server = home.serve();
    let mut phone = Phone::plain(server.plain, 0, "WARM").await;
    phone.folders().await;
    let (mut used, mut bytes) = (Duration::ZERO, 0);
    for number in 0..PHONES {
        phone.become_device(0, &format!("READER{number}"));
        phone.folders().await;
        let cpu = server.cpu();
        let (found, size, _) = phone.sync_all(CONTACTS, WINDOW).await;
        assert_eq!(found, items);
        (used, bytes) = (used + server.cpu().saturating_sub(cpu), size);
    }
    let peak = server.memory("VmHWM");
    drop(phone);
    server.stop();
    println!(
        "first Sync of {items} contacts, window {WINDOW}: {:.1} ms of server CPU (mean of {PHONES}), {} kB, \
         peak RSS {:.1} MB, the store grew by {} bytes a phone",
        used.as_secs_f64() * 1000.0 / f64::from(PHONES),
        bytes / 1000,
        f64::from(u32::try_from(peak).unwrap_or(u32::MAX)) / 1000.0,
        home.size().saturating_sub(before) / u64::from(PHONES),
    );
}

async fn fill(server: Server, items: usize) {
    const AT_ONCE: usize = 50;
    let mut phone = Phone::plain(server.plain, 0, "WRITER").await;
    phone.folders().await;
    let mut key = phone.first_key(CONTACTS).await;
    for from in (0..items).step_by(AT_ONCE) {
        key = phone.add_contacts(&key, from..(from + AT_ONCE).min(items), 50).await;
    }
    drop(phone);
    server.stop();
}
