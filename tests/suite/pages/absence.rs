//! Setting an out-of-office message with a browser, which the phones show too.

use lomme::absence;
use lomme::config::connection::Connection;
use lomme::model::absence::AbsenceState;
use lomme::model::id::AccountId;
use serde_json::json;

use super::browser::Browser;
use crate::back_office::until;
use crate::server::PASSWORD;
use crate::server::Server;

const KARI: AccountId = AccountId(1);

/// 002-70 to 002-72.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_says_that_nobody_is_there() {
    let connection = json!({"name": "post", "kind": "mailbox", "classes": ["email"]});
    let connection: Connection = serde_json::from_value(connection).unwrap();
    let server = Server::with(|config| config.connections = vec![connection]).await;
    until("Kari has mail", async || absence::has_mail(&server.app, KARI).await.unwrap()).await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.press("Out of office").await;
    browser.until_it_says("What colleagues are told").await;
    browser.click("input[value=between]").await;
    browser.press("Save").await;
    browser.until_it_says("Say from when until when.").await;
    browser.click("input[value=on]").await;
    browser.click("input[name=tell-internal]").await;
    browser.fill("#internal", "På ferie til mandag").await;
    browser.press("Save").await;
    browser.until_it_says("On now").await;
    browser.look("absence").await;
    let kept = absence::of(&server.app, KARI).await.unwrap();
    assert_eq!(kept.state, Some(AbsenceState::On));
    assert_eq!(kept.internal.unwrap().text.as_deref(), Some("På ferie til mandag"));
    assert_eq!(kept.unknown.unwrap().is_enabled, Some(false));
    browser.stop().await;
    server.stop().await;
}
