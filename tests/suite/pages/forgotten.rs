//! Another password for who forgot it, by a link in a mail.

use std::time::Instant;

use super::browser::Browser;
use crate::exim::Exim;
use crate::notice::sent_over;
use crate::server::PASSWORD;
use crate::server::Server;

const ADDRESS: &str = "https://sync.fjord.example";

async fn server(exim: &Exim) -> Server {
    let notice = sent_over(exim.port);
    Server::with(|config| {
        notice(config);
        config.server.url = Some(ADDRESS.to_owned());
    })
    .await
}

/// The path of the link in a mail.
fn link(mail: &str) -> String {
    // Quoted-printable breaks lines with `=`, and writes `=` as `=3D`.
    let text = mail.replace("=\n", "").replace("=3D", "=");
    let (_, rest) = text.split_once(ADDRESS).unwrap_or_else(|| panic!("{mail}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn ask(browser: &Browser, email: &str) {
    browser.open("/login").await;
    browser.press("Forgotten the password?").await;
    browser.fill("#email", email).await;
    browser.press("Send the link").await;
    browser.until_it_says("If there is an account with that address").await;
}

/// Requirement 002-27.
#[tokio::test(flavor = "multi_thread")]
async fn who_forgot_the_password_chooses_another_by_a_link_that_is_good_once() {
    let exim = Exim::start();
    let server = server(&exim).await;
    let (browser, other) = (Browser::start(&server.url("")).await, Browser::start(&server.url("")).await);
    other.log_in("kari@fjord.example", PASSWORD).await;
    other.open("/setting/account").await;
    other.fill("#address", "kari@home.example").await;
    other.fill("#recovery-present", PASSWORD).await;
    other.click("form[action$='/recovery'] button").await;
    other.until_it_says("The address is kept.").await;
    other.look("account-recovery").await;

    browser.open("/forgotten").await;
    browser.look("forgotten").await;
    ask(&browser, "Kari@fjord.example").await;
    browser.look("forgotten-sent").await;
    let mail = exim.mail("kari@fjord.example", 1).await.remove(0);
    assert_eq!(link(&exim.mail("kari@home.example", 1).await[0]), link(&mail));
    let path = link(&mail);
    browser.open(&format!("{path}x")).await;
    browser.until_it_says("This link is not good any more.").await;
    browser.open(&path.replace("link=", "link=2")).await;
    browser.until_it_says("This link is not good any more.").await;
    browser.open(&path).await;
    browser.look("forgotten-link").await;
    browser.fill("#new", "nytt passord 1").await;
    browser.fill("#repeated", "nytt passord 2").await;
    browser.press("Change password").await;
    browser.until_it_says("The two new passwords differ").await;
    browser.fill("#new", "nytt passord 1").await;
    browser.fill("#repeated", "nytt passord 1").await;
    browser.press("Change password").await;
    browser.until_it_says("The password is changed.").await;
    other.open("/setting").await;
    assert!(other.path().await.starts_with("/login"), "every session ends");
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.until_it_says("The address or the password is wrong.").await;
    browser.log_in("kari@fjord.example", "nytt passord 1").await;
    browser.until_it_says("Kari Nordmann").await;
    other.open(&path).await;
    other.until_it_says("This link is not good any more.").await;
    browser.stop().await;
    other.stop().await;
    server.stop().await;
}

/// Requirement 002-27: neither the answer nor its time tells whether there is such an account; nobody's mailbox is filled.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_which_addresses_have_accounts() {
    let exim = Exim::start();
    let server = server(&exim).await;
    let client = reqwest::Client::new();
    let ask = async |email: &str| {
        let since = Instant::now();
        let form = format!("email={email}");
        let answer = client.post(server.url("/forgotten")).body(form).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap(), since.elapsed().as_millis())
    };
    let (known, unknown) = (ask("kari@fjord.example").await, ask("kari2@fjord.example").await);
    assert_eq!((known.0, &known.1), (unknown.0, &unknown.1));
    assert!(known.2 >= 400 && unknown.2 >= 400, "{} {}", known.2, unknown.2);
    // The fourth and fifth are answered and not sent.
    for _ in 0..3 {
        ask("kari@fjord.example").await;
    }
    ask("ola@fjord.example").await;
    assert_eq!(exim.mail("ola@fjord.example", 1).await.len(), 1);
    assert_eq!(exim.mail("kari@fjord.example", 3).await.len(), 3);
    server.stop().await;
}

#[tokio::test]
async fn without_mail_of_our_own_there_is_no_such_page() {
    let server = Server::start().await;
    let answer = reqwest::get(server.url("/forgotten")).await.unwrap();
    assert_eq!(answer.status(), 404);
    let page = reqwest::get(server.url("/login")).await.unwrap().text().await.unwrap();
    assert!(!page.contains("/forgotten"));
    server.stop().await;
}
