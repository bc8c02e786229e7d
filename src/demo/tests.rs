//! The demo taken apart: the configuration it writes, what it prints, its folder and accounts. Not the running demo.

use std::net::SocketAddr;
use std::path::Path;

use super::*;
use crate::http::listen::Addresses;

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[test]
fn the_configuration_it_writes_is_one_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lomme.toml");
    fs::write(&file, configuration(&Options::default(), loopback(8090))).unwrap();
    let config = Config::load(&file).unwrap();
    assert_eq!(config.server.listen_tls, Some(loopback(8443)));
    assert_eq!(config.pull.every, Duration::from_mins(15));
    assert_eq!(config.connections[0].url, "http://127.0.0.1:8090");
}

#[test]
fn the_welcome_names_the_addresses_in_use() {
    let options = Options { listen_tls: loopback(0), ..Options::default() };
    let told = welcome::Facts {
        options: &options,
        back_office: loopback(40_001),
        folder: Path::new("/data"),
        configuration: Path::new("/data/lomme.toml"),
    };
    let text = told.text(Addresses { plain: Some(loopback(8080)), encrypted: Some(loopback(40_002)) });
    for part in
        ["https://127.0.0.1:40002 ", "http://127.0.0.1:40001/v1 ", "admin@fjord.example", "every 15m,"]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains(":0 "), "{text}");
    assert!(text.ends_with("Ready. Stop it with Ctrl-C.\n"));
}

#[test]
fn a_temporary_folder_goes_and_a_kept_one_stays() {
    let temporary = Folder::open(None).unwrap();
    let path = temporary.path.clone();
    assert!(path.is_dir());
    drop(temporary);
    assert!(!path.exists());
    let outer = tempfile::tempdir().unwrap();
    let kept = outer.path().join("deep/data");
    drop(Folder::open(Some(&kept)).unwrap());
    assert!(kept.is_dir());
}

#[tokio::test]
async fn a_second_start_finds_the_accounts_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lomme.toml");
    fs::write(&file, configuration(&Options::default(), loopback(8090))).unwrap();
    for _ in 0..2 {
        let app = serve::open(Config::load(&file).unwrap()).await.unwrap();
        open_accounts(&app).await.unwrap();
        let accounts = store::account::list(&mut app.store().read().await.unwrap()).await.unwrap();
        let emails: Vec<&str> = accounts.iter().map(|account| &*account.email).collect();
        assert_eq!(emails, ["admin@fjord.example", "kari@fjord.example", "ola@fjord.example"]);
        let auth = crate::auth::Auth::new(&app);
        let credentials = |name: &str| crate::auth::credentials::Credentials {
            name: name.to_owned(),
            password: PASSWORD.to_owned().into(),
        };
        let address = std::net::IpAddr::from([127, 0, 0, 1]);
        for name in ["kari", "FJORD\\Kari", "\\kari", "Kari@Fjord.example"] {
            let account = auth.check(&app, &credentials(name), address).await.unwrap();
            assert_eq!(account.email, "kari@fjord.example");
        }
        app.store().close().await;
    }
}
