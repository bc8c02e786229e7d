//! Waiting for what happens in a mailbox.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use super::put;
use super::subjects;
use super::with_cursor;
use crate::imap::kari;
use crate::imap::mail;

/// A server that does not tell by itself is asked now and then, and the machine may have much to do.
const WITHIN: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_watch_ends_when_another_program_does_something() {
    for subject in subjects().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let one = subject.put(inbox, &[], 21, &mail("En", "1")).await;
        for is_new in [false, true] {
            let (watcher, watched) = (Arc::clone(&subject.mail), inbox.clone());
            let watching = tokio::spawn(async move { watcher.watch(&kari(), &watched, None).await });
            // Whether it has begun cannot be seen: so it is done until it is noticed.
            let begun = Instant::now();
            for keywords in [&["$seen"][..], &[]].into_iter().cycle() {
                if watching.is_finished() {
                    break;
                }
                assert!(begun.elapsed() < WITHIN, "{kind}: {is_new}");
                if is_new {
                    put(&*subject.other, inbox, &[], 21, &mail("To", "2")).await;
                } else {
                    subject.mark(inbox, &one.id, keywords).await;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            watching.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn what_happened_before_the_watch_began_is_not_missed() {
    for subject in with_cursor().await {
        let (kind, inbox) = (subject.kind, &subject.inbox);
        let page = subject.changes(inbox, None, 5000).await;
        put(&*subject.other, inbox, &[], 21, &mail("Tre", "3")).await;
        let user = kari();
        let watch = subject.mail.watch(&user, inbox, Some(&page.cursor));
        tokio::time::timeout(WITHIN, watch).await.unwrap().unwrap();
        let page = subject.changes(inbox, Some(&page.cursor), 5000).await;
        let quiet = subject.mail.watch(&user, inbox, Some(&page.cursor));
        let quiet = tokio::time::timeout(Duration::from_millis(300), quiet).await;
        assert!(quiet.is_err(), "{kind}: nothing happened");
    }
}
