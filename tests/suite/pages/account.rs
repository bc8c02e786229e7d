//! Logging in, out and everywhere, the four languages, time zone and password.

use lomme::govern::account;
use lomme::govern::account::Change;
use lomme::govern::actor::Actor;
use lomme::model::id::AccountId;

use super::browser::Browser;
use crate::server::PASSWORD;
use crate::server::Server;

/// Requirement 002-26.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_logs_in_with_the_mail_address_and_is_led_back_to_the_page_asked_for() {
    let server = Server::start().await;
    let browser = Browser::start(&server.url("")).await;
    browser.open("/setting/account?x=1").await;
    assert_eq!(browser.path().await, "/login?next=/setting/account%3Fx%3D1");
    browser.look("login").await;

    browser.fill("#email", "kari").await;
    browser.fill("#password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.until_it_says("That is not an e-mail address").await;
    // Whether there is such an account cannot be seen.
    for email in ["kari@fjord.example", "nobody@fjord.example"] {
        browser.fill("#email", email).await;
        browser.fill("#password", "wrong").await;
        browser.press("Sign in").await;
        browser.until_it_says("The address or the password is wrong.").await;
    }
    browser.look("login-wrong").await;
    browser.fill("#email", "Kari@fjord.example").await;
    browser.fill("#password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.until_it_says("My account").await;
    assert_eq!(browser.path().await, "/setting/account?x=1");

    browser.press("Norsk").await;
    browser.until_it_says("Kontoen min").await;
    browser.look("account").await;
    browser.press("English").await;
    browser.press("Sign out").await;
    browser.until_it_says("Use your mail account").await;
    browser.open("/setting").await;
    assert_eq!(browser.path().await, "/login?next=/setting");
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_other_session() {
    let server = Server::start().await;
    let (one, other) = (Browser::start(&server.url("")).await, Browser::start(&server.url("")).await);
    one.log_in("kari@fjord.example", PASSWORD).await;
    other.log_in("kari@fjord.example", PASSWORD).await;
    other.until_it_says("Kari Nordmann").await;

    one.open("/setting/account").await;
    one.fill("#present", "wrong-password").await;
    one.fill("#new", "nytt passord 1").await;
    one.fill("#repeated", "nytt passord 1").await;
    one.press("Change password").await;
    one.until_it_says("The present password is wrong.").await;
    one.fill("#present", PASSWORD).await;
    one.fill("#new", "nytt passord 1").await;
    one.fill("#repeated", "nytt passord 1").await;
    one.press("Change password").await;
    one.until_it_says("you are signed out everywhere else").await;

    other.open("/setting").await;
    assert!(other.path().await.starts_with("/login"));
    other.log_in("kari@fjord.example", PASSWORD).await;
    other.until_it_says("The address or the password is wrong.").await;
    other.log_in("kari@fjord.example", "nytt passord 1").await;
    other.until_it_says("Kari Nordmann").await;

    other.open("/setting/account").await;
    other.press("Sign out everywhere").await;
    other.until_it_says("Use your mail account").await;
    one.open("/setting").await;
    assert!(one.path().await.starts_with("/login"));
    one.stop().await;
    other.stop().await;
    server.stop().await;
}

/// Requirement 002-17: the zone is the account's.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_sets_the_time_zone_and_a_wrong_one_is_refused() {
    let server = Server::start().await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.open("/setting/account").await;
    browser.fill("#zone", "Europe/Bergen").await;
    browser.click("form[action$='/zone'] button").await;
    browser.until_it_says("“Europe/Bergen” is no time zone.").await;
    browser.fill("#zone", "Europe/Copenhagen").await;
    browser.click("form[action$='/zone'] button").await;
    browser.until_it_says("The time zone is Europe/Copenhagen.").await;
    browser.open("/setting/account").await;
    assert!(!browser.text().await.contains("The time zone is"), "it is said once");
    browser.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_the_session_s_mark_or_from_elsewhere_is_refused() {
    let server = Server::start().await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = format!("email=kari@fjord.example&password={PASSWORD}&next=//evil.example");
    let send = |path: &str, form: &str| client.post(server.url(path)).body(form.to_owned());
    let elsewhere = send("/login", &form).header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(elsewhere.status(), 403);
    let answer = send("/login", &form).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (303, &"/setting".parse().unwrap())
    );
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();

    let without =
        send("/setting/account/zone", "zone=Europe/Paris").header("cookie", cookie).send().await.unwrap();
    assert_eq!(without.status(), 403);
    let wrong = send("/setting/account/zone", "zone=Europe/Paris&csrf=x")
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 403);
    let page = client.get(server.url("/setting")).header("cookie", cookie).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text().await.unwrap().contains("style="));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_switched_off_is_out_at_once() {
    let server = Server::start().await;
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.until_it_says("Kari Nordmann").await;
    let kari = AccountId(1);
    account::change(&server.app, &Actor::command_line(), kari, Change::Disable).await.unwrap();
    browser.open("/setting").await;
    assert!(browser.path().await.starts_with("/login"));
    browser.stop().await;
    server.stop().await;
}
