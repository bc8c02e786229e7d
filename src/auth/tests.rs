//! Who gets in, and what it costs the others.

use super::*;
use crate::config::Config;
use crate::connections::Connectors;
use crate::model::id::OrganisationId;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

async fn app(folder: &std::path::Path) -> App {
    let mut config = Config::default();
    config.store.data = folder.to_owned();
    config.store.url = format!("sqlite:{}/lomme.db", folder.display());
    let app = App::open(config, Connectors::new()).await.unwrap();
    for (id, email) in [(1, "kari@fjord.example"), (2, "ola@fjord.example"), (3, "ola@berg.example")] {
        add(&app, id, email, "lomme-demo").await;
    }
    app
}

async fn add(app: &App, id: i64, email: &str, password: &str) {
    let account = Account {
        id: AccountId(id),
        organisation: OrganisationId(1),
        email: email.to_owned(),
        name: String::new(),
        password: Some(hash(password).await.unwrap()),
        is_administrator: false,
        zone: None,
        is_disabled: false,
        has_factor: false,
    };
    let mut tx = app.store().begin().await.unwrap();
    store::account::create(&mut tx, &account, app.now()).await.unwrap();
    tx.commit().await.unwrap();
}

fn credentials(name: &str, password: &str) -> Credentials {
    Credentials { name: name.to_owned(), password: password.to_owned().into() }
}

#[tokio::test]
async fn every_form_of_a_log_in_name_leads_to_the_account() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let auth = Auth::new(&app);
    let rows = [
        ("kari", Some(1)),
        ("KARI", Some(1)),
        ("kari@fjord.example", Some(1)),
        ("Kari@Fjord.Example", Some(1)),
        ("FJORD\\kari", Some(1)),
        ("ANYTHING\\Kari", Some(1)),
        ("\\kari", Some(1)),
        ("ola", None),
        ("FJORD\\ola", Some(2)),
        ("berg.example\\ola", Some(3)),
        ("nobody", None),
        ("", None),
    ];
    for (name, expected) in rows {
        // Each from an address of its own, so that the wrong ones do not slow the test.
        let found = auth.check(&app, &credentials(name, "lomme-demo"), HERE).await;
        assert_eq!(found.ok().map(|account| account.id.0), expected, "{name}");
    }
    let wrong = auth.check(&app, &credentials("kari", "lomme-dem"), HERE).await;
    assert!(matches!(wrong, Err(Refusal::Wrong)));
}

#[tokio::test]
async fn a_changed_password_ends_what_was_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let auth = Auth::new(&app);
    let old = credentials("kari", "lomme-demo");
    auth.check(&app, &old, HERE).await.unwrap();
    let mut tx = app.store().begin().await.unwrap();
    let other = auth.hash("another").await.unwrap();
    store::account::set_password(&mut tx, AccountId(1), &other).await.unwrap();
    tx.commit().await.unwrap();
    auth.forget(AccountId(1));
    assert!(auth.check(&app, &old, HERE).await.is_err());
    auth.check(&app, &credentials("kari", "another"), HERE).await.unwrap();
}

#[tokio::test]
async fn who_was_let_in_before_is_not_slowed_by_one_who_guesses_beside_him() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let auth = Auth::new(&app);
    let right = credentials("kari", "lomme-demo");
    auth.check(&app, &right, HERE).await.unwrap();
    for _ in 0..100 {
        auth.inner.throttle.failed(HERE, &throttle::Target::Account(AccountId(1)), app.now());
    }
    let in_time = tokio::time::timeout(Duration::from_millis(200), auth.check(&app, &right, HERE)).await;
    in_time.unwrap().unwrap();
}

#[tokio::test]
async fn an_old_password_is_known_no_longer_once_it_was_refused() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let auth = Auth::new(&app);
    let old = credentials("kari", "lomme-demo");
    let account = auth.check(&app, &old, HERE).await.unwrap();
    let mut tx = app.store().begin().await.unwrap();
    store::account::set_password(&mut tx, AccountId(1), &auth.hash("another").await.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    // As if it had last been checked an hour ago.
    let cache = &auth.inner.cache;
    cache.remember(&cache.key(&old), Account::clone(&account), app.now() - Duration::from_secs(3600));
    assert!(matches!(cache.find(&cache.key(&old), app.now()), Found::Known));
    assert!(matches!(auth.check(&app, &old, HERE).await, Err(Refusal::Wrong)));
    assert!(matches!(cache.find(&cache.key(&old), app.now()), Found::Unknown));
}
