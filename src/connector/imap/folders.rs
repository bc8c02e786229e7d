//! The mailboxes of a user: listed, named, put in their places; made, renamed, removed. Reads no message.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bytes::Bytes;

use super::command::Command;
use super::response::Response;
use super::role;
use super::session::Session;
use super::token;
use super::token::Value;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::mail::Mailbox;
use crate::connector::mail::Role;

/// Mailboxes of one user; a server that lists more is not followed.
const MOST: usize = 5000;

/// Where mail arrives, on every server.
const INBOX: &str = "INBOX";

/// A mailbox as LIST tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Listed {
    delimiter: Option<String>,
    attributes: Vec<String>,
}

impl Listed {
    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|one| one.eq_ignore_ascii_case(attribute))
    }
}

/// A place where mailboxes are, such as `INBOX.` or `shared/` (RFC 2342).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Namespace {
    prefix: String,
    delimiter: Option<String>,
    is_personal: bool,
}

type Found = BTreeMap<String, Listed>;

/// All mailboxes, or those the user subscribed to and those that have a role.
pub async fn list(session: &mut Session, only_subscribed: bool) -> Result<Vec<Mailbox>> {
    let namespaces = namespaces(session).await?;
    let mut found = Found::new();
    let options = match session.offers("LIST-EXTENDED") {
        true if session.offers("SPECIAL-USE") => " RETURN (SPECIAL-USE SUBSCRIBED)",
        true => " RETURN (SUBSCRIBED)",
        false => "",
    };
    let mut asked = BTreeSet::new();
    let prefixes = namespaces.iter().map(|namespace| namespace.prefix.as_str());
    for prefix in std::iter::once("").chain(prefixes) {
        if asked.insert(prefix) {
            let command = Command::new("LIST \"\"").text(&format!("{prefix}*")).plain(options);
            take(session, &command, "LIST", &mut found).await?;
        }
    }
    if options.is_empty() {
        let mut subscribed = Found::new();
        take(session, &Command::new("LSUB \"\" \"*\""), "LSUB", &mut subscribed).await?;
        for (name, listed) in &mut found {
            if subscribed.contains_key(name) {
                listed.attributes.push("\\Subscribed".to_owned());
            }
        }
    }
    Ok(placed(session, &found, &namespaces, only_subscribed))
}

async fn take(session: &mut Session, command: &Command, name: &str, found: &mut Found) -> Result<()> {
    let each = &mut |response: &Response| {
        if let Response::Data { name: told, rest } = response
            && told.eq_ignore_ascii_case(name.as_bytes())
            && let Some((name, listed)) = read(rest)
        {
            found.insert(name, listed);
        }
        if found.len() > MOST {
            return Err(Error::Protocol(format!("more than {MOST} mailboxes")));
        }
        Ok(())
    };
    session.ask(command, each).await.map(drop)
}

/// `(\HasNoChildren) "/" name`; what is not so is left out.
fn read(rest: &Bytes) -> Option<(String, Listed)> {
    let values = token::values(rest).ok()?;
    let [attributes, delimiter, name, ..] = values.as_slice() else { return None };
    let attributes = attributes.list().iter().filter_map(Value::text).collect();
    let name = std::str::from_utf8(name.bytes()?).ok()?;
    // RFC 3501 5.1: INBOX is the same in every case.
    let name = if name.eq_ignore_ascii_case(INBOX) { INBOX } else { name };
    Some((name.to_owned(), Listed { delimiter: delimiter.text().filter(|it| !it.is_empty()), attributes }))
}

async fn namespaces(session: &mut Session) -> Result<Vec<Namespace>> {
    let mut namespaces = Vec::new();
    if !session.offers("NAMESPACE") {
        return Ok(namespaces);
    }
    let each = &mut |response: &Response| {
        if let Response::Data { name, rest } = response
            && name.eq_ignore_ascii_case(b"NAMESPACE")
        {
            namespaces = read_namespaces(rest);
        }
        Ok(())
    };
    session.ask(&Command::new("NAMESPACE"), each).await?;
    Ok(namespaces)
}

/// `((prefix delimiter)) NIL ((prefix delimiter))`: one's own, other people's, shared ones.
fn read_namespaces(rest: &Bytes) -> Vec<Namespace> {
    let mut namespaces = Vec::new();
    for (kind, of_kind) in token::values(rest).unwrap_or_default().iter().enumerate() {
        for namespace in of_kind.list() {
            if let [prefix, delimiter, ..] = namespace.list()
                && let Some(prefix) = prefix.text()
            {
                namespaces.push(Namespace { prefix, delimiter: delimiter.text(), is_personal: kind == 0 });
            }
        }
    }
    namespaces
}

/// Names, parents and roles of what was found.
fn placed(session: &Session, found: &Found, namespaces: &[Namespace], only_subscribed: bool) -> Vec<Mailbox> {
    let roles = roles(session, found, namespaces);
    let is_wanted = |name: &str, listed: &Listed| {
        !only_subscribed || listed.has("\\Subscribed") || name == INBOX || roles.contains_key(name)
    };
    let is_there = |listed: &Listed| !listed.has("\\NonExistent");
    let mut wanted: BTreeSet<&str> = found
        .iter()
        .filter(|(name, it)| is_there(it) && is_wanted(name, it))
        .map(|(name, _)| &**name)
        .collect();
    // What lies in a folder that is not wanted is shown with the folders around it.
    for name in wanted.clone() {
        let mut inner = name;
        while let Some(outer) = parent(inner, found, namespaces).filter(|outer| found.contains_key(*outer)) {
            wanted.insert(outer);
            inner = outer;
        }
    }
    let mailbox = |name: &&str| {
        let listed = found.get(*name)?;
        let outer = parent(name, found, namespaces).filter(|outer| wanted.contains(outer));
        Some(Mailbox {
            id: (*name).to_owned(),
            name: session.name_for_people(last(name, outer, listed, namespaces)),
            parent: outer.map(str::to_owned),
            role: if *name == INBOX { Some(Role::Inbox) } else { roles.get(*name).copied() },
            is_selectable: !listed.has("\\Noselect") && is_there(listed),
            is_personal: namespace(name, namespaces).is_none_or(|namespace| namespace.is_personal),
        })
    };
    wanted.iter().filter_map(mailbox).collect()
}

/// The namespace a mailbox is in: the one with the longest prefix.
fn namespace<'a>(name: &str, namespaces: &'a [Namespace]) -> Option<&'a Namespace> {
    let of = namespaces.iter().filter(|namespace| name.starts_with(&namespace.prefix));
    of.max_by_key(|namespace| namespace.prefix.len())
}

/// The mailbox it lies in. What is in the user's own namespace is on top, also where that is `INBOX.`.
fn parent<'a>(name: &'a str, found: &Found, namespaces: &[Namespace]) -> Option<&'a str> {
    let delimiter = found.get(name)?.delimiter.as_deref()?;
    let (outer, _) = name.rsplit_once(delimiter)?;
    let prefix = namespace(name, namespaces).map_or("", |namespace| namespace.prefix.as_str());
    let is_prefix = prefix.strip_suffix(delimiter).unwrap_or(prefix) == outer;
    (!outer.is_empty() && !is_prefix).then_some(outer)
}

/// Its name without that of the folder it lies in.
fn last<'a>(name: &'a str, outer: Option<&str>, listed: &Listed, namespaces: &[Namespace]) -> &'a str {
    let prefix = namespace(name, namespaces).map_or("", |namespace| namespace.prefix.as_str());
    let delimiter = listed.delimiter.as_deref().unwrap_or_default();
    let inner = match outer {
        Some(outer) => name.strip_prefix(outer).and_then(|rest| rest.strip_prefix(delimiter)),
        None => name.strip_prefix(prefix),
    };
    inner.filter(|inner| !inner.is_empty()).unwrap_or(name)
}

/// Which mailbox has which role: as the server states, else by the names of those on top. One of each.
fn roles(session: &Session, found: &Found, namespaces: &[Namespace]) -> BTreeMap<String, Role> {
    let selectable = || found.iter().filter(|(name, it)| *name != INBOX && !it.has("\\Noselect"));
    let mut roles = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (name, listed) in selectable() {
        if let Some(role) = role::stated(&listed.attributes)
            && taken.insert(role)
        {
            roles.insert(name.clone(), role);
        }
    }
    // Those that lie in others are somebody's own: `Customers/Sent` is not where sent mail goes.
    let mut on_top = Vec::new();
    for (name, listed) in selectable().filter(|(name, _)| !roles.contains_key(*name)) {
        match parent(name, found, namespaces) {
            None => on_top.push((0, name, last(name, None, listed, namespaces))),
            Some(INBOX) => on_top.push((1, name, last(name, Some(INBOX), listed, namespaces))),
            Some(_) => {}
        }
    }
    on_top.sort_unstable();
    for (_, name, last) in on_top {
        if let Some(role) = role::guessed(&session.name_for_people(last))
            && taken.insert(role)
        {
            roles.insert(name.clone(), role);
        }
    }
    roles
}

/// Makes a mailbox in another, or on top; its id.
pub async fn create(session: &mut Session, outer: Option<&str>, name: &str) -> Result<String> {
    let id = inside(session, outer, name).await?;
    session.run(&Command::new("CREATE").text(&id)).await?;
    // Other programs of the user show what he is subscribed to. It is there without.
    let subscribed = session.run(&Command::new("SUBSCRIBE").text(&id)).await;
    match subscribed {
        Ok(_) | Err(Error::Refused(_) | Error::Protocol(_) | Error::Gone) => Ok(id),
        Err(error) => Err(error),
    }
}

/// Renames or moves a mailbox; its new id. An attempt before this one may have done it though nobody heard so.
pub async fn rename(
    session: &mut Session,
    id: &str,
    (outer, name): (Option<&str>, &str),
    may_be_done: bool,
) -> Result<String> {
    let new = inside(session, outer, name).await?;
    if new == id {
        return Ok(new);
    }
    session.leave(id).await?;
    match session.run(&Command::new("RENAME").text(id).text(&new)).await {
        Ok(_) => {}
        Err(Error::Gone | Error::Refused(_)) if may_be_done && is_there(session, &new).await? => {}
        Err(error) => return Err(error),
    }
    for command in [Command::new("UNSUBSCRIBE").text(id), Command::new("SUBSCRIBE").text(&new)] {
        match session.run(&command).await {
            Ok(_) | Err(Error::Refused(_) | Error::Protocol(_) | Error::Gone) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(new)
}

/// Removes a mailbox with its messages; one that is gone already is fine.
pub async fn delete(session: &mut Session, id: &str) -> Result<()> {
    session.leave(id).await?;
    match session.run(&Command::new("DELETE").text(id)).await {
        Ok(_) | Err(Error::Gone) => {}
        // Not every server says in a code (RFC 5530) why it refuses.
        Err(error @ Error::Refused(_)) if is_there(session, id).await? => return Err(error),
        Err(Error::Refused(_)) => {}
        Err(error) => return Err(error),
    }
    match session.run(&Command::new("UNSUBSCRIBE").text(id)).await {
        Ok(_) | Err(Error::Refused(_) | Error::Protocol(_) | Error::Gone) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn is_there(session: &mut Session, id: &str) -> Result<bool> {
    let mut found = Found::new();
    take(session, &Command::new("LIST \"\"").text(id), "LIST", &mut found).await?;
    Ok(found.contains_key(id))
}

/// The id of a mailbox of this name in another.
async fn inside(session: &mut Session, outer: Option<&str>, name: &str) -> Result<String> {
    let namespaces = namespaces(session).await?;
    let own = namespaces.iter().find(|namespace| namespace.is_personal);
    let delimiter = match own.and_then(|own| own.delimiter.clone()) {
        Some(delimiter) => Some(delimiter),
        None => delimiter(session).await?,
    };
    let is_divided = delimiter.as_ref().is_some_and(|delimiter| name.contains(delimiter.as_str()));
    if name.is_empty() || is_divided || name.chars().any(char::is_control) {
        return Err(Error::Refused("the server allows no such name".to_owned()));
    }
    let name = session.name_for_server(name);
    Ok(match (outer, delimiter) {
        (Some(outer), Some(delimiter)) => format!("{outer}{delimiter}{name}"),
        (Some(_), None) => return Err(Error::Refused("the server has no folders in folders".to_owned())),
        (None, _) => format!("{}{name}", own.map_or("", |own| own.prefix.as_str())),
    })
}

/// RFC 3501 6.3.8: the empty name asks for the delimiter.
async fn delimiter(session: &mut Session) -> Result<Option<String>> {
    let mut found = Found::new();
    take(session, &Command::new("LIST \"\" \"\""), "LIST", &mut found).await?;
    Ok(found.into_values().next().and_then(|listed| listed.delimiter))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Found;
    use super::Namespace;
    use super::last;
    use super::parent;
    use super::read;
    use super::read_namespaces;

    fn found(lines: &[&'static str]) -> Found {
        lines.iter().filter_map(|line| read(&Bytes::from_static(line.as_bytes()))).collect()
    }

    #[track_caller]
    fn check(found: &Found, namespaces: &[Namespace], name: &str, expected: (Option<&str>, &str)) {
        let outer = parent(name, found, namespaces).filter(|outer| found.contains_key(*outer));
        assert_eq!((outer, last(name, outer, &found[name], namespaces)), expected);
    }

    #[test]
    fn folders_lie_in_folders() {
        let found = found(&[
            "() \"/\" inbox",
            "(\\Noselect) \"/\" Work",
            "() \"/\" \"Work/A b\"",
            "() \"/\" Lost/Child",
            "() NIL Flat/er",
            "nonsense",
        ]);
        assert_eq!(found.len(), 5);
        check(&found, &[], "INBOX", (None, "INBOX"));
        check(&found, &[], "Work/A b", (Some("Work"), "A b"));
        check(&found, &[], "Lost/Child", (None, "Lost/Child"));
        check(&found, &[], "Flat/er", (None, "Flat/er"));
    }

    #[test]
    fn what_lies_in_the_inbox_for_want_of_another_place_is_on_top() {
        let found = found(&[
            "() \".\" INBOX",
            "() \".\" INBOX.Sent",
            "() \".\" INBOX.Sent.Old",
            "() \".\" shared.Desk",
        ]);
        let namespaces =
            read_namespaces(&Bytes::from_static(b"((\"INBOX.\" \".\")) NIL ((\"shared.\" \".\"))"));
        check(&found, &namespaces, "INBOX.Sent", (None, "Sent"));
        check(&found, &namespaces, "INBOX.Sent.Old", (Some("INBOX.Sent"), "Old"));
        check(&found, &namespaces, "shared.Desk", (None, "Desk"));
        assert_eq!(namespaces.iter().map(|it| it.is_personal).collect::<Vec<_>>(), [true, false]);
    }
}
