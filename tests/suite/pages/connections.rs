//! How an administrator sets up a back office with a browser.

use lomme::model::id::AccountId;
use lomme::model::id::FolderId;

use super::admin::governed;
use crate::back_office::count;
use crate::back_office::until;
use crate::office::Office;
use crate::office::TOKEN;

/// 002-09, 002-16: a connection is tried, set up, watched, let rest and taken away.
#[tokio::test(flavor = "multi_thread")]
async fn a_back_office_is_set_up_with_a_browser() {
    let office = Office::start().await;
    let (server, browser) = governed().await;
    browser.open("/admin/connections").await;
    browser.press("Next").await;
    browser.until_it_says("Pull contract (HTTP and JSON)").await;
    browser.fill("#name", "crm").await;
    browser.fill("#url", &office.running.url()).await;
    browser.click("input[value=tasks]").await;
    browser.press("Save").await;
    browser.until_it_says("state a `token`").await;
    browser.fill("#token", "wrong").await;
    browser.press("Test").await;
    browser.until_it_says("It does not work:").await;
    browser.fill("#token", TOKEN).await;
    browser.press("Test").await;
    browser.until_it_says("It answers, with").await;
    browser.look("admin-connection").await;
    browser.fill("#token", TOKEN).await;
    browser.press("Save").await;
    browser.until_it_says("crm is set up.").await;
    browser.until_it_says("2 accounts").await;
    until("Kari's tasks come", async || count(&server, AccountId(1), FolderId(3)).await == 5).await;

    browser.press("Test crm").await;
    browser.until_it_says("It answers, with").await;
    browser.press("Pause crm").await;
    browser.until_it_says("Paused").await;
    browser.look("admin-connections").await;
    browser.press("Go on crm").await;
    browser.until_it_says("In use").await;
    browser.press("Change crm").await;
    browser.until_it_says("2 accounts use it.").await;
    assert_eq!(browser.value("#token").await, "", "a secret is not shown again");
    browser.press("Remove the connection").await;
    browser.until_it_says("crm is removed.").await;
    browser.stop().await;
    server.stop().await;
    office.running.stop().await;
}
