//! How a phone that knows a mail address and a password finds its server.

use reqwest::Client;
use reqwest::StatusCode;

use crate::server::PASSWORD;
use crate::server::Server;

const MOBILE: &str = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync";

fn client() -> Client {
    Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap()
}

#[tokio::test]
async fn a_phone_that_logs_in_is_told_where_its_account_is() {
    let server = Server::start().await;
    let url = server.tls_url("/AutoDiscover/AutoDiscover.xml");
    let body = format!(
        r#"<Autodiscover xmlns="{MOBILE}/requestschema/2006"><Request><EMailAddress>kari@fjord.example</EMailAddress>
        <AcceptableResponseSchema>{MOBILE}/responseschema/2006</AcceptableResponseSchema></Request></Autodiscover>"#
    );
    let anonymous = client().post(&url).body(body.clone()).send().await.unwrap();
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);
    let answer = client().post(&url).body(body).basic_auth("kari", Some(PASSWORD)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/xml; charset=utf-8");
    let text = answer.text().await.unwrap();
    let sync = server.tls_url("/Microsoft-Server-ActiveSync");
    assert!(text.contains(&format!("<Url>{sync}</Url>")), "{text}");
    let empty = client().post(&url).basic_auth("kari", Some(PASSWORD)).send().await.unwrap();
    assert!(empty.text().await.unwrap().contains("<EMailAddress>kari@fjord.example</EMailAddress>"));
    server.stop().await;
}

#[tokio::test]
async fn the_second_version_answers_anybody_in_json() {
    let server = Server::start().await;
    let ask =
        |query: &str| client().get(server.tls_url(&format!("/autodiscover/autodiscover.json{query}"))).send();
    let answer = ask("?Email=kari%40fjord.example&Protocol=ActiveSync&RedirectCount=1").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let sync = server.tls_url("/Microsoft-Server-ActiveSync");
    assert_eq!(answer.text().await.unwrap(), format!(r#"{{"Protocol":"ActiveSync","Url":"{sync}"}}"#));
    assert_eq!(ask("/v1.0/kari@fjord.example?protocol=activesync").await.unwrap().status(), StatusCode::OK);
    assert_eq!(ask("?Protocol=Ews").await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(ask("").await.unwrap().status(), StatusCode::BAD_REQUEST);
    server.stop().await;
}
