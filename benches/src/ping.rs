//! What a phone that waits over TLS costs, how soon a change wakes it, and whether anything stays when phones vanish.
//!
//! Run by `cargo bench -p benches --bench ping`; each side needs as many open files as there are phones (`ulimit -n`).
#![expect(clippy::print_stdout, reason = "that is where the figures go")]

use std::time::Duration;
use std::time::Instant;

use benches::median;
use benches::number;
use benches::phone;
use benches::phone::CONTACTS;
use benches::phone::Phone;
use benches::server::Home;
use benches::server::Server;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// The phones of an account watch these folders by turns.
const FOLDERS: usize = 4;
const PER_ACCOUNT: usize = 50;

/// A phone that was told that there is news.
struct Woken {
    account: usize,
    device: usize,
    at: Instant,
}

#[tokio::main]
async fn main() {
    let phones = number("PHONES", 10_000);
    let accounts = phones.div_ceil(PER_ACCOUNT);
    let home = Home::new(accounts);
    let server = home.serve();
    let mut writers = introduce(&server, accounts).await;
    let idle = server.memory("VmRSS");

    let (sender, mut woken) = mpsc::unbounded_channel();
    let mut held = hold(&server, phones, &sender);
    server.wait_for("lomme_waiting", phones);
    let full = server.memory("VmRSS");
    let cpu = server.cpu();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let resting = server.cpu().saturating_sub(cpu);
    println!(
        "{phones} held Pings: {:.1} kB of RSS each (idle {} MB), {} ms of CPU in 2 s",
        per_phone(full, idle, phones),
        idle / 1000,
        resting.as_millis(),
    );

    let (mut delays, mut gone) = (Vec::new(), 0);
    for (account, (writer, key)) in writers.iter_mut().enumerate().take(20) {
        let start = Instant::now();
        *key = writer.add_contacts(key, 0..1, 50).await;
        let meant = PER_ACCOUNT / FOLDERS + usize::from(CONTACTS - 1 < PER_ACCOUNT % FOLDERS);
        for _ in 0..meant {
            let Some(one) = woken.recv().await else { return };
            assert!(one.account == account && watched(one.device) == CONTACTS, "the wrong phone was woken");
            delays.push(one.at.duration_since(start).as_secs_f64() * 1000.0);
        }
        gone += meant;
    }
    assert!(woken.try_recv().is_err(), "a phone was woken for nothing");
    println!(
        "woken: {:.1} ms after the change was sent (median of {gone}), only those it concerns",
        median(delays)
    );

    for round in 2..=4 {
        held.shutdown().await;
        server.wait_for("lomme_waiting", 0);
        // The writers' lines, and the one that asks.
        server.wait_for("lomme_connections", accounts + 1);
        let after = server.memory("VmRSS");
        held = hold(&server, phones, &sender);
        server.wait_for("lomme_waiting", phones - gone);
        let again = server.memory("VmRSS");
        println!(
            "vanished: nobody waits, no connection is left, RSS {} MB; held for the {round}. time: {} MB, at first {} MB",
            after / 1000,
            again / 1000,
            full / 1000,
        );
    }
}

fn per_phone(full: usize, idle: usize, phones: usize) -> f64 {
    let of = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    of(full.saturating_sub(idle)) / of(phones)
}

fn watched(device: usize) -> usize {
    device % FOLDERS + 1
}

fn name(device: usize) -> String {
    format!("PHONE{device}")
}

/// Makes every phone known, and one more of each account that will change something.
async fn introduce(server: &Server, accounts: usize) -> Vec<(Phone, String)> {
    let mut tasks = JoinSet::new();
    let mut writers = Vec::new();
    for account in 0..accounts {
        let address = server.plain;
        tasks.spawn(async move {
            let mut phone = Phone::plain(address, account, "WRITER").await;
            for device in 0..PER_ACCOUNT {
                phone.become_device(account, &name(device));
                phone.folders().await;
                phone.first_key(watched(device)).await;
            }
            phone.become_device(account, "WRITER");
            phone.folders().await;
            let key = phone.first_key(CONTACTS).await;
            (account, phone, key)
        });
        // Few at a time: it is not what is measured.
        if tasks.len() >= 8 {
            writers.extend(tasks.join_next().await.and_then(Result::ok));
        }
    }
    while let Some(Ok(writer)) = tasks.join_next().await {
        writers.push(writer);
    }
    writers.sort_by_key(|(account, ..)| *account);
    writers.into_iter().map(|(_, phone, key)| (phone, key)).collect()
}

/// Every phone connects and waits.
fn hold(server: &Server, phones: usize, sender: &mpsc::UnboundedSender<Woken>) -> JoinSet<()> {
    const HANDSHAKES: usize = 64;
    const HEARTBEAT_SECONDS: usize = 3_540;
    let (tls, address) = (phone::tls(), server.encrypted);
    let doors = std::sync::Arc::new(tokio::sync::Semaphore::new(HANDSHAKES));
    let mut held = JoinSet::new();
    for number in 0..phones {
        let (account, device) = (number / PER_ACCOUNT, number % PER_ACCOUNT);
        let (tls, doors, sender) = (tls.clone(), std::sync::Arc::clone(&doors), sender.clone());
        held.spawn(async move {
            let door = doors.acquire_owned().await;
            let mut phone = Phone::encrypted(&tls, address, account, &name(device)).await;
            drop(door);
            if phone.ping(watched(device), HEARTBEAT_SECONDS).await {
                let _ = sender.send(Woken { account, device, at: Instant::now() });
            }
        });
    }
    held
}
