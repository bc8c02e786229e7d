//! The way of a phone to its server: request lines in both forms, headers, log-in. Reads no answer but its bytes.

use std::time::Duration;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Client;
use reqwest::Method;
use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use wbxml::Document;
use wbxml::Version;

use super::node::Node;
use crate::server::PASSWORD;

/// Every namespace that a request may need; its prefix is its name in lower case.
const NAMESPACES: [&str; 19] = [
    "AirSync",
    "AirSyncBase",
    "Calendar",
    "Contacts",
    "Contacts2",
    "Email",
    "Email2",
    "Find",
    "FolderHierarchy",
    "GAL",
    "GetItemEstimate",
    "ItemOperations",
    "Move",
    "Notes",
    "Ping",
    "Provision",
    "Search",
    "Settings",
    "Tasks",
];

/// Who asks, how, and where.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    /// What its connections are kept in.
    pub(crate) client: Client,
    /// Where the server is, as `https://localhost:8443`.
    pub(crate) server: String,
    /// The name to log in with.
    pub(crate) user: String,
    /// The password.
    pub(crate) password: String,
    /// The version it speaks.
    pub(crate) version: Version,
    /// Its name for itself.
    pub(crate) device: String,
    /// What kind of device it is.
    pub(crate) kind: String,
    /// Whether it writes its request line in base64.
    pub(crate) is_compact: bool,
    /// Whether it asks again, word for word, as long as nobody answers.
    pub(crate) is_patient: bool,
    /// The key of the policy that it has taken.
    pub(crate) policy_key: Option<String>,
}

/// An answer as it came.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Wire {
    /// To a server at this address.
    pub(crate) fn new(server: &str, user: &str, version: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            client: Client::builder().tls_danger_accept_invalid_certs(true).no_gzip().build().unwrap(),
            server: server.to_owned(),
            user: user.to_owned(),
            password: PASSWORD.to_owned(),
            version: version.parse().unwrap(),
            device: format!("PHONE{}", version.replace('.', "")),
            kind: "FjordPhone".to_owned(),
            is_compact: false,
            is_patient: false,
            policy_key: None,
        }
    }

    /// A request with a log-in, and nothing else yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.server));
        request.basic_auth(&self.user, Some(&self.password))
    }

    /// A command with a log-in and the headers of a phone.
    pub(crate) fn command(&self, command: &str) -> RequestBuilder {
        self.command_with(command, "", "application/vnd.ms-sync.wbxml")
    }

    /// A command whose request line says more, and whose body is of another kind.
    pub(crate) fn command_with(&self, command: &str, more: &str, kind: &str) -> RequestBuilder {
        let path = format!("/Microsoft-Server-ActiveSync?{}{more}", self.query(command));
        let mut request = self.request(Method::POST, &path).header("User-Agent", "Fjord/1.0");
        request = request.header("Content-Type", kind);
        if !self.is_compact {
            request = request.header("MS-ASProtocolVersion", self.version.to_string());
            request = request.header("X-MS-PolicyKey", self.policy_key.as_deref().unwrap_or("0"));
        }
        request
    }

    /// Sends bytes as the body of a command.
    pub(crate) async fn post(&self, command: &str, body: Vec<u8>) -> Answer {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match Answer::try_to(self.command(command).body(body.clone())).await {
                Ok(answer) if answer.status == 200 || !self.is_patient => return answer,
                answer => assert!(self.is_patient && Instant::now() < deadline, "{answer:?}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// iOS puts the command last, others first: both here, by the length of the device's name.
    fn query(&self, command: &str) -> String {
        if self.is_compact {
            return STANDARD.encode(self.compact(command));
        }
        let Self { user, device, kind, .. } = self;
        let who = format!("User={user}&DeviceId={device}&DeviceType={kind}");
        if device.len() % 2 == 0 { format!("Cmd={command}&{who}") } else { format!("{who}&Cmd={command}") }
    }

    // MS-ASHTTP 2.2.1.1.1.1 (Base64 Encoded Query Value).
    fn compact(&self, command: &str) -> Vec<u8> {
        let code = match command {
            "Sync" => 0,
            "SendMail" => 1,
            "SmartForward" => 2,
            "SmartReply" => 3,
            "FolderSync" => 9,
            "MoveItems" => 13,
            "GetItemEstimate" => 14,
            "Search" => 16,
            "Settings" => 17,
            "Ping" => 18,
            "ItemOperations" => 19,
            "Provision" => 20,
            other => panic!("{other} has no code here"),
        };
        let tenths = self.version.to_string().replace('.', "").parse().unwrap();
        let mut bytes = vec![tenths, code, 0x14, 0x04];
        let mut counted = |value: &[u8]| {
            bytes.push(u8::try_from(value.len()).unwrap());
            bytes.extend(value);
        };
        counted(self.device.as_bytes());
        match &self.policy_key {
            Some(key) => counted(&key.parse::<u32>().unwrap().to_le_bytes()),
            None => counted(&[]),
        }
        counted(self.kind.as_bytes());
        bytes
    }
}

impl Answer {
    /// What the server says to a request.
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        Self::try_to(request).await.unwrap()
    }

    /// The same, where there may be no server.
    async fn try_to(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// The document; none for an empty body.
    pub(crate) fn node(&self) -> Option<Node> {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        (!self.body.is_empty()).then(|| Node::read(&self.body))
    }
}

/// A document, its root named `Namespace:Name`, with what is in it as XML.
pub(crate) fn document(root: &str, inner: &str) -> Vec<u8> {
    let (namespace, name) = root.split_once(':').unwrap();
    let prefixes: String =
        NAMESPACES.iter().map(|name| format!(" xmlns:{}=\"{name}\"", name.to_lowercase())).collect();
    let xml = format!("<{name} xmlns=\"{namespace}\"{prefixes}>{inner}</{name}>");
    Document::from_xml(&xml).unwrap_or_else(|error| panic!("{error}: {xml}")).encode()
}
