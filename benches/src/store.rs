//! How long a server with a large store takes from its start to its first answer.
//!
//! Run by `cargo bench -p benches --bench store`; it needs about 2 GB in the temporary folder.
#![expect(clippy::print_stdout, reason = "that is where the figures go")]

use benches::median;
use benches::number;
use benches::phone::CONTACTS;
use benches::phone::Phone;
use benches::server::Home;

#[tokio::main]
async fn main() {
    /// Of each item's note.
    const NOTE: usize = 30_000;
    const AT_ONCE: usize = 100;
    const STARTS: usize = 9;
    let megabytes = number("MEGABYTES", 1_000);
    let home = Home::new(1);
    let server = home.serve();
    let mut phone = Phone::plain(server.plain, 0, "WRITER").await;
    phone.folders().await;
    let mut key = phone.first_key(CONTACTS).await;
    let items = megabytes * 1_000_000 / NOTE;
    for from in (0..items).step_by(AT_ONCE) {
        key = phone.add_contacts(&key, from..(from + AT_ONCE).min(items), NOTE).await;
    }
    drop(phone);
    server.stop();
    let started = (0..STARTS).map(|_| {
        let server = home.serve();
        let took = server.ready_after.as_secs_f64() * 1000.0;
        server.stop();
        took
    });
    let median = median(started.collect());
    println!(
        "start to first answer: {median:.0} ms (median of {STARTS}) with {} MB",
        home.size() / 1_000_000
    );
}
