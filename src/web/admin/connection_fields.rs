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
    &[("organisation", "admin-field-who-organisation"), ("user", "admin-field-who-user")];
const FOLDERS: &[(&str, &str)] =
    &[("all", "admin-field-folders-all"), ("subscribed", "admin-field-folders-subscribed")];
const SMTP_WHO: &[(&str, &str)] = &[
    ("same", "admin-field-smtp-same"),
    ("organisation", "admin-field-who-organisation"),
    ("none", "admin-field-smtp-none"),
];

const fn field(key: &'static str, label: &'static str, form: Form) -> Field {
    Field { key, label, form }
}

const URL: Field = field("url", "admin-field-url", Form::Text);
const LOG_IN: Field = field("log_in", "admin-field-log-in", Form::Choice(WHO));
const TOKEN: Field = field("token", "admin-field-token", Form::Secret);
const USER: Field = field("user", "admin-field-user", Form::Text);
const PASSWORD: Field = field("password", "admin-field-password", Form::Secret);
const ITEM_CLASSES: Field = field("classes", "admin-field-classes", Form::Classes(ITEMS));
const MAIL_CLASSES: Field = field("classes", "admin-field-classes", Form::Classes(MAIL));
const VERIFY: Field = field("verify_tls", "admin-field-verify", Form::Tick(true));
const EVERY: Field = field("every", "admin-field-every", Form::Text);

/// The kinds that can be set up, with what they are called on the page.
pub(super) const KINDS: [(Kind, &str); 5] = [
    (Kind::HttpApi, "admin-field-kind-http-api"),
    (Kind::Dav, "admin-field-kind-dav"),
    (Kind::Imap, "admin-field-kind-imap"),
    (Kind::Mailbox, "admin-field-kind-mailbox"),
    (Kind::Local, "admin-field-kind-local"),
];

const HTTP_API: &[Field] = &[
    URL,
    ITEM_CLASSES,
    field("directory", "admin-field-directory", Form::Tick(false)),
    LOG_IN,
    TOKEN,
    USER,
    PASSWORD,
    field("token_url", "admin-field-token-url", Form::Text),
    field("client_id", "admin-field-client-id", Form::Text),
    field("client_secret", "admin-field-client-secret", Form::Secret),
    field("scope", "admin-field-scope", Form::Text),
    field("hook_key", "admin-field-hook-key", Form::Secret),
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
    field("master_separator", "admin-field-master-separator", Form::Text),
    field("tokens", "admin-field-tokens", Form::Tick(false)),
    field("folders", "admin-field-folders", Form::Choice(FOLDERS)),
    field("smtp", "admin-field-smtp", Form::Text),
    field("smtp_log_in", "admin-field-smtp-log-in", Form::Choice(SMTP_WHO)),
    field("smtp_user", "admin-field-smtp-user", Form::Text),
    field("smtp_password", "admin-field-smtp-password", Form::Secret),
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
