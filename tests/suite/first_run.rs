//! What the program prints while nobody has an account, and what that is good for, on several nodes and after a restart.

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::fresh;

/// The program, and what it said at its start.
struct Node {
    child: Child,
    url: String,
    code: Option<String>,
}

impl Node {
    /// Starts in a folder, on a store that it may share with others.
    fn start(folder: &Path, url: &str) -> Self {
        let config = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"{url}\"\ndata = \"data\"\n[log]\nlevel = \"error\"\n"
        );
        std::fs::write(folder.join("lomme.toml"), config).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_lomme"))
            .args(["serve", "--config", "lomme.toml"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.next().unwrap().unwrap();
        let url = ready.strip_prefix("ready on ").unwrap().to_owned();
        let is_empty = std::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).is_ok()
            && crate::command_line::lomme(folder, &["account", "list", "--config", "lomme.toml"], "")
                .1
                .is_empty();
        let code = is_empty.then(|| {
            let line = lines.next().unwrap().unwrap();
            let (_, rest) = line.split_once(&format!("open {url}/start?code=")).unwrap();
            rest.split(' ').next().unwrap().to_owned()
        });
        Self { child, url, code }
    }

    async fn found(&self, code: &str) -> (u16, String) {
        let form = format!(
            "code={code}&organisation=Drift&name=Siv&email=siv@drift.example&new=oppstart-1&repeated=oppstart-1"
        );
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answer = client.post(format!("{}/start", self.url)).body(form).send().await.unwrap();
        let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), location.unwrap_or_default())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_code_is_good_on_every_node_once_and_not_after_a_restart() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let url = fresh::database(folder.path()).await;
    let folders = ["one", "other"].map(|name| folder.path().join(name));
    std::fs::create_dir_all(folders[0].join("data")).unwrap();
    std::fs::create_dir_all(folders[1].join("data")).unwrap();
    let one = Node::start(&folders[0], &url);
    std::fs::copy(folders[0].join("data/secret.key"), folders[1].join("data/secret.key")).unwrap();
    let other = Node::start(&folders[1], &url);
    let code = one.code.clone().unwrap();
    assert_eq!(other.code.as_ref(), Some(&code), "nodes that share a store know the same");
    assert_eq!(one.found("wrong").await.0, 422);
    assert_eq!(one.found("").await.0, 422);
    drop(one);
    let one = Node::start(&folders[0], &url);
    assert_eq!(one.code.as_ref(), Some(&code), "it is printed anew while nobody is there");

    // Two at once: one of them becomes the administrator.
    let (first, second) = tokio::join!(one.found(&code), other.found(&code));
    let mut both = [first, second];
    both.sort();
    assert_eq!(both, [(303, "/admin".to_owned()), (303, "/login".to_owned())]);
    for node in [&one, &other] {
        assert_eq!(node.found(&code).await, (303, "/login".to_owned()));
    }
    drop(one);
    let one = Node::start(&folders[0], &url);
    assert_eq!(one.code, None);
    let remove = ["account", "remove", "siv@drift.example", "--config", "lomme.toml"];
    assert_eq!(crate::command_line::lomme(&folders[0], &remove, "").0, 0);
    drop(one);
    let one = Node::start(&folders[0], &url);
    assert_ne!(one.code.as_ref(), Some(&code), "what was used is not good once more");
    assert_eq!(other.found(&code).await.0, 422);
    assert_eq!(other.found(&one.code.clone().unwrap()).await, (303, "/admin".to_owned()));
}
