//! What each kind of connection is asked for, which is its form. Shows nothing, keeps nothing.

use crate::config::connection::Kind;
use crate::model::class::Class;

/// A key of `[[connection]]` as a field of a form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Field {
    /// The key.
    pub(super) key: &'static str,
    /// What stands beside it.
    pub(super) label: &'static str,
    /// What can be put in.
    pub(super) form: Form,
}

/// What can be put into a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// Any text.
    Text,
    /// What nobody is shown again.
    Secret,
    /// Yes or no; what it is at first.
    Tick(bool),
    /// Some of these.
    Classes(&'static [Class]),
    /// One of these: what is written, and what stands for it on the page.
    Choice(&'static [(&'static str, &'static str)]),
}

const ITEMS: &[Class] = &[Class::Calendar, Class::Contacts, Class::Tasks, Class::Notes];
const MAIL: &[Class] = &[Class::Email];
const WHO: &[(&str, &str)] =
    &[("organisation", "connection-who-organisation"), ("user", "connection-who-user")];
const FOLDERS: &[(&str, &str)] =
    &[("all", "connection-folders-all"), ("subscribed", "connection-folders-subscribed")];
const SMTP_WHO: &[(&str, &str)] = &[
    ("same", "connection-smtp-same"),
    ("organisation", "connection-who-organisation"),
    ("none", "connection-smtp-none"),
];

const fn field(key: &'static str, label: &'static str, form: Form) -> Field {
    Field { key, label, form }
}

const URL: Field = field("url", "connection-url", Form::Text);
const LOG_IN: Field = field("log_in", "connection-log-in", Form::Choice(WHO));
const TOKEN: Field = field("token", "connection-token", Form::Secret);
const USER: Field = field("user", "connection-user", Form::Text);
const PASSWORD: Field = field("password", "connection-password", Form::Secret);
const ITEM_CLASSES: Field = field("classes", "connection-classes", Form::Classes(ITEMS));
const MAIL_CLASSES: Field = field("classes", "connection-classes", Form::Classes(MAIL));
const VERIFY: Field = field("verify_tls", "connection-verify", Form::Tick(true));
const EVERY: Field = field("every", "connection-every", Form::Text);

/// The kinds that can be set up, with what they are called on the page.
pub(super) const KINDS: [(Kind, &str); 5] = [
    (Kind::HttpApi, "connection-kind-http-api"),
    (Kind::Dav, "connection-kind-dav"),
    (Kind::Imap, "connection-kind-imap"),
    (Kind::Mailbox, "connection-kind-mailbox"),
    (Kind::Local, "connection-kind-local"),
];

const HTTP_API: &[Field] = &[
    URL,
    ITEM_CLASSES,
    field("directory", "connection-directory", Form::Tick(false)),
    LOG_IN,
    TOKEN,
    USER,
    PASSWORD,
    field("token_url", "connection-token-url", Form::Text),
    field("client_id", "connection-client-id", Form::Text),
    field("client_secret", "connection-client-secret", Form::Secret),
    field("scope", "connection-scope", Form::Text),
    field("hook_key", "connection-hook-key", Form::Secret),
    EVERY,
    VERIFY,
];
const DAV: &[Field] = &[URL, ITEM_CLASSES, LOG_IN, TOKEN, USER, PASSWORD, EVERY, VERIFY];
const IMAP: &[Field] = &[
    URL,
    MAIL_CLASSES,
    LOG_IN,
    USER,
    PASSWORD,
    field("master_separator", "connection-master-separator", Form::Text),
    field("tokens", "connection-tokens", Form::Tick(false)),
    field("folders", "connection-folders", Form::Choice(FOLDERS)),
    field("smtp", "connection-smtp", Form::Text),
    field("smtp_log_in", "connection-smtp-log-in", Form::Choice(SMTP_WHO)),
    field("smtp_user", "connection-smtp-user", Form::Text),
    field("smtp_password", "connection-smtp-password", Form::Secret),
    EVERY,
    VERIFY,
];

/// What a kind is asked for besides its name, in order.
pub(super) const fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::HttpApi => HTTP_API,
        Kind::Dav => DAV,
        Kind::Imap => IMAP,
        Kind::Mailbox => &[MAIL_CLASSES],
        Kind::Local => &[ITEM_CLASSES],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;
    use serde_json::Value;
    use serde_json::json;

    use super::*;
    use crate::config::connection::Connection;

    #[test]
    fn every_field_is_a_key_that_connections_have() {
        for (kind, _) in KINDS {
            let mut keys =
                Map::from_iter([("name".to_owned(), json!("x")), ("kind".to_owned(), json!(kind.as_str()))]);
            for field in fields(kind) {
                let value = match field.form {
                    Form::Text if field.key == "every" => json!("15m"),
                    Form::Text | Form::Secret => json!("x"),
                    Form::Tick(at_first) => json!(at_first),
                    Form::Classes(classes) => classes.iter().map(|class| json!(class.as_str())).collect(),
                    Form::Choice(choices) => json!(choices[0].0),
                };
                keys.insert(field.key.to_owned(), value);
            }
            let read: Result<Connection, _> = serde_json::from_value(Value::Object(keys));
            assert_eq!(read.map(|read| read.kind).map_err(|error| error.to_string()), Ok(kind));
        }
    }
}
