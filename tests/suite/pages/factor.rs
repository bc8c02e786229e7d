//! The second factor, and passwords that are good for one phone alone.

use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use jiff::Timestamp;
use sha1::Sha1;

use super::admin::governed;
use super::browser::Browser;
use crate::phone::wire::Wire;
use crate::phone::wire::document;
use crate::server::PASSWORD;
use crate::server::Server;

/// An authenticator program, as it is written by others (RFC 6238).
struct Program {
    secret: Vec<u8>,
    /// The step in which it was set up: tests do not wait for the next one.
    step: i64,
}

impl Program {
    fn new(typed: &str, now: Timestamp) -> Self {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let digits = typed.chars().map(|c| letters.find(c).unwrap());
        let bits: String = digits.map(|digit| format!("{digit:05b}")).collect();
        let bytes = bits.as_bytes().chunks_exact(8).map(|bits| std::str::from_utf8(bits).unwrap());
        let secret = bytes.map(|bits| u8::from_str_radix(bits, 2).unwrap()).collect();
        Self { secret, step: now.as_second() / 30 }
    }

    fn code(&self, later: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.secret).unwrap();
        mac.update(&(self.step + later).to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let start = usize::from(hash[19] & 15);
        let number = u32::from_be_bytes(hash[start..start + 4].try_into().unwrap()) & 0x7FFF_FFFF;
        format!("{:06}", number % 1_000_000)
    }
}

async fn text_of(browser: &Browser, selector: &str) -> String {
    let found = browser.run(&format!("return document.querySelector('{selector}').innerText")).await;
    found.as_str().unwrap().trim().to_owned()
}

/// Sets a second factor up; the program, and the codes for emergencies.
async fn set_up(server: &Server, browser: &Browser) -> (Program, Vec<String>) {
    browser.open("/setting/account").await;
    browser.press("Set it up").await;
    browser.fill("#password", "wrong-password").await;
    browser.press("Begin").await;
    browser.until_it_says("The present password is wrong.").await;
    browser.look("factor").await;
    browser.fill("#password", PASSWORD).await;
    browser.press("Begin").await;
    browser.until_it_says("Photograph this").await;
    browser.look("factor-photograph").await;
    let program = Program::new(&text_of(browser, "#secret").await, server.app.now());
    browser.fill("#code", &program.code(0)).await;
    browser.press("Switch on").await;
    browser.until_it_says("The second factor is on.").await;
    browser.look("factor-codes").await;
    let codes: Vec<String> = text_of(browser, "#codes").await.lines().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    (program, codes)
}

async fn code(browser: &Browser, code: &str) {
    browser.until_it_says("One more step").await;
    browser.fill("#code", code).await;
    browser.click("main button").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_and_each_code_is_good_once() {
    let server = Server::start().await;
    let (browser, other) = (Browser::start(&server.url("")).await, Browser::start(&server.url("")).await);
    for one in [&browser, &other] {
        one.log_in("kari@fjord.example", PASSWORD).await;
        one.until_it_says("Kari Nordmann").await;
    }
    let (program, codes) = set_up(&server, &browser).await;
    browser.press("I have kept them").await;
    browser.until_it_says("10 codes for emergencies are left.").await;
    browser.look("factor-on").await;
    other.open("/setting").await;
    assert!(other.path().await.starts_with("/login"), "who got in by the password alone is out");

    other.log_in("kari@fjord.example", PASSWORD).await;
    other.until_it_says("One more step").await;
    other.look("factor-ask").await;
    other.open("/setting").await;
    assert!(other.path().await.starts_with("/login"), "half a log-in opens nothing");
    other.log_in("kari@fjord.example", PASSWORD).await;
    code(&other, &program.code(0)).await;
    other.until_it_says("it was used before").await;
    code(&other, &program.code(1)).await;
    other.until_it_says("Kari Nordmann").await;
    other.press("Sign out").await;
    other.log_in("kari@fjord.example", PASSWORD).await;
    code(&other, &program.code(1)).await;
    other.until_it_says("it was used before").await;
    code(&other, &codes[0].replace('-', " ").to_uppercase()).await;
    other.until_it_says("Kari Nordmann").await;
    other.press("Sign out").await;
    other.log_in("kari@fjord.example", PASSWORD).await;
    code(&other, &codes[0]).await;
    other.until_it_says("it was used before").await;

    browser.open("/setting/account/factor").await;
    browser.until_it_says("9 codes for emergencies are left.").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#code", "000000").await;
    browser.press("Switch off").await;
    browser.until_it_says("it was used before").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#code", &codes[1]).await;
    browser.press("Make new codes").await;
    browser.until_it_says("I have kept them").await;
    let fresh: Vec<String> = text_of(&browser, "#codes").await.lines().map(str::to_owned).collect();
    browser.press("I have kept them").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#code", &codes[2]).await;
    browser.press("Switch off").await;
    browser.until_it_says("it was used before").await;
    browser.fill("#password", PASSWORD).await;
    browser.fill("#code", &fresh[0]).await;
    browser.press("Switch off").await;
    browser.until_it_says("The second factor is off.").await;
    other.log_in("kari@fjord.example", PASSWORD).await;
    other.until_it_says("Kari Nordmann").await;
    browser.stop().await;
    other.stop().await;
    server.stop().await;
}

/// How a phone is answered, here and by another node.
async fn answered(wire: &Wire, other: &str) -> [u16; 2] {
    let ask = |wire: Wire| async move {
        let body = document("FolderHierarchy:FolderSync", "<SyncKey>0</SyncKey>");
        wire.post("FolderSync", body).await.status
    };
    let there = Wire { server: other.to_owned(), ..wire.clone() };
    [ask(wire.clone()).await, ask(there).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_has_a_password_of_its_own_that_no_other_phone_can_use() {
    let server = Server::start().await;
    let url = server.app.config().store.url.clone();
    let other = Server::with(|config| config.store.url = url).await;
    let node = other.url("");
    let browser = Browser::start(&server.url("")).await;
    browser.log_in("kari@fjord.example", PASSWORD).await;
    browser.until_it_says("Kari Nordmann").await;
    let usual = Wire::new(&server.url(""), "kari", "16.1");
    assert_eq!(answered(&usual, &node).await, [200, 200]);
    set_up(&server, &browser).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while answered(&usual, &node).await != [401, 401] {
        assert!(std::time::Instant::now() < deadline, "the second factor can be gone around");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }

    browser.open("/setting/phones").await;
    browser.press("Passwords for phones").await;
    browser.until_it_says("each phone needs one of these").await;
    browser.fill("#name", "Kari sin telefon").await;
    browser.press("Make").await;
    browser.until_it_says("Nobody can read it here again.").await;
    browser.look("app-password-made").await;
    let password = text_of(&browser, "#made").await;
    let own = Wire { password: password.clone(), ..usual.clone() };
    let typed = Wire { password: password.replace('-', "").to_uppercase(), ..usual.clone() };
    assert_eq!(answered(&own, &node).await, [200, 200]);
    assert_eq!(answered(&typed, &node).await, [200, 200]);
    let stranger = Wire { device: "STRANGER".to_owned(), ..own.clone() };
    assert_eq!(answered(&stranger, &node).await, [401, 401], "it is that phone's alone");
    let ola = Wire { user: "ola".to_owned(), ..own.clone() };
    assert_eq!(answered(&ola, &node).await, [401, 401]);
    browser.open("/setting/passwords").await;
    browser.until_it_says("Last used today").await;
    browser.look("app-passwords").await;

    // It opens no page.
    let pages = Browser::start(&server.url("")).await;
    pages.log_in("kari@fjord.example", &password).await;
    pages.until_it_says("The address or the password is wrong.").await;

    browser.press("Revoke Kari sin telefon").await;
    browser.until_it_says("It is good for nothing any more.").await;
    assert_eq!(answered(&own, &node).await, [401, 401], "at once, and everywhere");
    browser.stop().await;
    pages.stop().await;
    other.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_asks_administrators_for_a_second_factor_and_they_help_who_lost_it() {
    let (server, browser) = governed().await;
    let kari = Browser::start(&server.url("")).await;
    kari.log_in("kari@fjord.example", PASSWORD).await;
    kari.until_it_says("Kari Nordmann").await;
    set_up(&server, &kari).await;
    browser.open("/admin/accounts/1").await;
    browser.press("Switch the second factor off").await;
    browser.until_it_says("Signing in takes the password alone.").await;
    kari.open("/setting").await;
    kari.press("Sign out").await;
    kari.log_in("kari@fjord.example", PASSWORD).await;
    kari.until_it_says("Kari Nordmann").await;
    kari.stop().await;
    browser.open("/admin/audit").await;
    browser.until_it_says("account.factor").await;

    browser.open("/admin/organisation").await;
    browser.click("input[name=needed]").await;
    browser.click("button[value=factor]").await;
    browser.until_it_says("Your organisation asks administrators for one").await;
    assert_eq!(browser.path().await, "/setting/account/factor");
    browser.open("/admin/devices").await;
    assert_eq!(browser.path().await, "/setting/account/factor");
    set_up(&server, &browser).await;
    browser.open("/admin/organisation").await;
    browser.until_it_says("Administrators need a second factor").await;
    browser.stop().await;
    server.stop().await;
}
