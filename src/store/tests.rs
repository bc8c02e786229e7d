//! What a request that ends at any point leaves behind in the store.

use jiff::Timestamp;

use super::Store;
use super::account;
use super::account::Account;
use super::folder;
use super::fresh;
use super::organisation;
use super::retrying;
use crate::model::id::AccountId;
use crate::model::id::FolderId;
use crate::model::id::OrganisationId;
use crate::notify::Waiters;

#[tokio::test]
async fn a_transaction_broken_off_while_it_opens_leaves_nothing_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&fresh::database(folder.path()).await, Waiters::default()).await.unwrap();
    let mut number = 0;
    for polls in (0..8).cycle().take(40) {
        broken_off(store.begin(), polls).await;
        broken_off(store.read(), polls).await;
        number += 1;
        let mut tx = store.begin().await.unwrap();
        organisation::find_or_create(&mut tx, &format!("{number}"), OrganisationId(number)).await.unwrap();
        tx.commit().await.unwrap();
        let (mut one, mut two) = (store.glance().await.unwrap(), store.glance().await.unwrap());
        for glance in [&mut one, &mut two] {
            let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM organisation");
            let seen = count.fetch_one(&mut **glance).await.unwrap();
            assert_eq!(seen, number, "a connection shows what was there before");
        }
    }
}

/// Runs a future for so many polls and drops it where it is then.
async fn broken_off<T>(work: impl Future<Output = T>, polls: u64) {
    let mut work = std::pin::pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(());
        }
        left -= 1;
        work.as_mut().poll(context).map(drop)
    })
    .await;
}

/// A pull of a large folder, and a phone that changes something in it meanwhile.
#[tokio::test]
async fn a_small_write_comes_through_while_another_writer_goes_on_without_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&fresh::database(folder.path()).await, Waiters::default()).await.unwrap();
    let (account, contacts) = (AccountId(1), FolderId(2));
    let mut tx = store.begin().await.unwrap();
    account::create(&mut tx, &kari(account), Timestamp::UNIX_EPOCH).await.unwrap();
    tx.commit().await.unwrap();
    let count = async |changes| {
        retrying(async || {
            let mut tx = store.begin().await?;
            for _ in 0..changes {
                folder::next_rev(&mut tx, account, contacts).await?;
            }
            tx.commit().await
        })
        .await
    };
    let large = async {
        loop {
            count(100).await.unwrap();
        }
    };
    let small = async {
        for _ in 0..20 {
            count(1).await.unwrap();
        }
    };
    tokio::select! {
        () = large => {}
        () = small => {}
    }
}

fn kari(id: AccountId) -> Account {
    Account {
        id,
        organisation: OrganisationId(1),
        email: "kari@fjord.example".to_owned(),
        name: "Kari".to_owned(),
        password: None,
        is_administrator: false,
        zone: None,
        is_disabled: false,
        has_factor: false,
    }
}
