//! What a request that ends at any point leaves behind in the store.

use super::Store;
use super::fresh;
use super::organisation;
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
