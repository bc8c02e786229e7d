//! From the address of a server to the user's calendars and address books (RFC 6764, 4791, 6352).
//! Reads no item.

use std::collections::BTreeSet;

use reqwest::Url;

use crate::connector::Collection;
use crate::connector::Error;
use crate::connector::Result;
use crate::connector::dav::href;
use crate::connector::dav::webdav::Depth;
use crate::connector::dav::webdav::Multistatus;
use crate::connector::dav::webdav::Reply;
use crate::connector::dav::webdav::Session;
use crate::connector::dav::xml::CALDAV;
use crate::connector::dav::xml::CARDDAV;
use crate::connector::dav::xml::DAV;
use crate::model::class::Class;

const ABOUT: &str = r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="urn:ietf:params:xml:ns:carddav"><prop><resourcetype/><displayname/><current-user-principal/><current-user-privilege-set/><c:calendar-home-set/><a:addressbook-home-set/><c:supported-calendar-component-set/><c:schedule-inbox-URL/><c:schedule-default-calendar-URL/></prop></propfind>"#;

/// What a collection's last part is called when it is the user's main one.
const USUAL: [&str; 8] =
    ["calendar", "contacts", "default", "personal", "home", "addressbook", "card", "tasks"];
/// The classes that a calendar may hold, by their component; the first it holds has the bare address as its id.
const COMPONENTS: [(&str, Class); 3] =
    [("VEVENT", Class::Calendar), ("VTODO", Class::Tasks), ("VJOURNAL", Class::Notes)];

/// One of the two protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Service {
    namespace: &'static str,
    home: &'static str,
    well_known: &'static str,
}

const CALENDARS: Service =
    Service { namespace: CALDAV, home: "calendar-home-set", well_known: "/.well-known/caldav" };
const ADDRESS_BOOKS: Service =
    Service { namespace: CARDDAV, home: "addressbook-home-set", well_known: "/.well-known/carddav" };

/// The user's collections of these classes below an address.
pub async fn collections(session: &Session<'_>, classes: &[Class]) -> Result<Vec<Collection>> {
    let wants_cards = classes.contains(&Class::Contacts);
    let wants_calendars = classes.iter().any(|class| *class != Class::Contacts);
    let services = [(CALENDARS, wants_calendars), (ADDRESS_BOOKS, wants_cards)];
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (service, _) in services.into_iter().filter(|(_, is_wanted)| *is_wanted) {
        let place = Place::find(session, service).await?;
        let mut replies = Vec::new();
        for home in place.homes {
            let listing = session.ask(&home, "PROPFIND", place.depth, ABOUT).await?;
            replies.extend(listing.responses);
        }
        replies.sort_by(|one, other| one.id.cmp(&other.id));
        for reply in replies {
            for collection in read(&reply, classes, place.default.as_deref()) {
                if seen.insert(collection.id.clone()) {
                    found.push(collection);
                }
            }
        }
    }
    choose_defaults(&mut found);
    Ok(found)
}

/// Where the collections of a service are.
struct Place {
    homes: Vec<Url>,
    /// Whether the collections are in them, or they are the collections.
    depth: Depth,
    /// The id of the calendar that invitations go to (RFC 6638 9.2).
    default: Option<String>,
}

impl Place {
    fn at(url: Url, depth: Depth) -> Self {
        Self { homes: vec![url], depth, default: None }
    }

    /// The address may be that of a collection, of a home, of the user, or of the server.
    async fn find(session: &Session<'_>, service: Service) -> Result<Self> {
        let here = session.ask(&session.base, "PROPFIND", Depth::Zero, ABOUT).await;
        match &here {
            // The same would be said at any other address.
            Err(Error::LogIn(_) | Error::Later { .. }) => {
                return here.map(|answer| Self::at(answer.url, Depth::One));
            }
            Ok(answer) if is_collection(answer) => return Ok(Self::at(answer.url.clone(), Depth::Zero)),
            Ok(answer) => {
                if let Some(place) = Self::of(session, answer, service).await? {
                    return Ok(place);
                }
            }
            Err(_) => {}
        }
        // RFC 6764 6: the well-known address leads to where the server keeps its calendars.
        if let Ok(well_known) = session.base.join(service.well_known) {
            let target = session.follow(&well_known).await;
            if let Ok(target) = target.as_ref()
                && let Ok(answer) = session.ask(target, "PROPFIND", Depth::Zero, ABOUT).await
                && let Some(place) = Self::of(session, &answer, service).await?
            {
                return Ok(place);
            }
        }
        // The address is a home of a server that tells no principal, or none at all.
        here.map(|answer| Self::at(answer.url, Depth::One))
    }

    async fn of(session: &Session<'_>, answer: &Multistatus, service: Service) -> Result<Option<Self>> {
        if let Some(place) = Self::homes(session, answer, service).await? {
            return Ok(Some(place));
        }
        let principal = own(answer).and_then(|reply| reply.property(DAV, "current-user-principal"));
        let Some(principal) = principal.and_then(|principal| principal.hrefs().next()) else {
            return Ok(None);
        };
        let url = address(&answer.url, principal)?;
        let answer = session.ask(&url, "PROPFIND", Depth::Zero, ABOUT).await?;
        Self::homes(session, &answer, service).await
    }

    async fn homes(session: &Session<'_>, answer: &Multistatus, service: Service) -> Result<Option<Self>> {
        let Some(reply) = own(answer) else { return Ok(None) };
        let Some(set) = reply.property(service.namespace, service.home) else { return Ok(None) };
        let homes: Vec<Url> = set.hrefs().map(|href| address(&answer.url, href)).collect::<Result<_>>()?;
        if homes.is_empty() {
            return Ok(None);
        }
        let inbox = reply.property(CALDAV, "schedule-inbox-URL").and_then(|inbox| inbox.hrefs().next());
        let default = match inbox.map(|inbox| address(&answer.url, inbox)) {
            Some(Ok(inbox)) => default_calendar(session, &inbox).await,
            _ => None,
        };
        Ok(Some(Self { homes, depth: Depth::One, default }))
    }
}

/// A server that does not tell has none, and nobody is stopped by that.
async fn default_calendar(session: &Session<'_>, inbox: &Url) -> Option<String> {
    let answer = session.ask(inbox, "PROPFIND", Depth::Zero, ABOUT).await.ok()?;
    let default = own(&answer)?.property(CALDAV, "schedule-default-calendar-URL")?;
    href::id_of(&session.base, &answer.url, default.hrefs().next()?)
}

fn address(from: &Url, href: &str) -> Result<Url> {
    let url = from.join(href).map_err(|error| Error::Protocol(format!("no address: {error}")))?;
    if href::may_follow(from, &url) { Ok(url) } else { Err(href::elsewhere(&url)) }
}

/// What the answer says of the address itself.
fn own(answer: &Multistatus) -> Option<&Reply> {
    answer.responses.first()
}

fn is_collection(answer: &Multistatus) -> bool {
    own(answer).and_then(|reply| reply.property(DAV, "resourcetype")).is_some_and(|kind| {
        kind.child(CALDAV, "calendar").is_some() || kind.child(CARDDAV, "addressbook").is_some()
    })
}

/// The collections that a resource is, one for each class it may hold.
fn read(reply: &Reply, classes: &[Class], default: Option<&str>) -> Vec<Collection> {
    let Some(kind) = reply.property(DAV, "resourcetype") else { return Vec::new() };
    let last = reply.id.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = reply.text(DAV, "displayname").unwrap_or(last).to_owned();
    let holds: Vec<Class> = match () {
        () if kind.child(CARDDAV, "addressbook").is_some() => vec![Class::Contacts],
        () if kind.child(CALDAV, "calendar").is_some() => components(reply),
        () => Vec::new(),
    };
    let main = holds.first().copied();
    let collection = |class: Class| Collection {
        id: if Some(class) == main { reply.id.clone() } else { format!("{}#{class}", reply.id) },
        name: name.clone(),
        class,
        default: default == Some(reply.id.as_str()),
        read_only: is_read_only(reply),
    };
    holds.iter().filter(|class| classes.contains(class)).map(|class| collection(*class)).collect()
}

/// RFC 4791 5.2.3: a calendar that does not say may hold anything.
fn components(reply: &Reply) -> Vec<Class> {
    let set =
        reply.property(CALDAV, "supported-calendar-component-set").filter(|set| !set.children.is_empty());
    let may_hold = |name: &str| {
        set.is_none_or(|set| {
            set.children
                .iter()
                .any(|comp| comp.label.as_deref().is_some_and(|label| label.eq_ignore_ascii_case(name)))
        })
    };
    COMPONENTS.into_iter().filter(|(name, _)| may_hold(name)).map(|(_, class)| class).collect()
}

/// RFC 3744 5.4; a server that does not say lets one write.
fn is_read_only(reply: &Reply) -> bool {
    const WRITES: [&str; 4] = ["all", "write", "write-content", "bind"];
    reply
        .property(DAV, "current-user-privilege-set")
        .is_some_and(|set| !set.children.is_empty() && !WRITES.iter().any(|name| set.contains(DAV, name)))
}

/// One of each class is the main one: what the server says, else what is called so, else the first.
fn choose_defaults(collections: &mut [Collection]) {
    for class in Class::ALL {
        let rank = |collection: &Collection| {
            let path = collection.id.split('#').next().unwrap_or_default();
            let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_lowercase();
            // A list of nothing but tasks before a calendar that may hold some.
            (
                !collection.default,
                collection.read_only,
                collection.id.contains('#'),
                !USUAL.contains(&last.as_str()),
            )
        };
        let of_class = || collections.iter().enumerate().filter(|(_, collection)| collection.class == class);
        let main =
            of_class().min_by_key(|(index, collection)| (rank(collection), *index)).map(|(index, _)| index);
        for (index, collection) in collections.iter_mut().enumerate() {
            if collection.class == class {
                collection.default = Some(index) == main;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::choose_defaults;
    use super::read;
    use crate::connector::Collection;
    use crate::connector::dav::webdav::Reply;
    use crate::connector::dav::xml::Element;
    use crate::model::class::Class;

    fn reply(id: &str, properties: &str) -> Reply {
        let text = format!(
            r#"<p xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="urn:ietf:params:xml:ns:carddav">{properties}</p>"#
        );
        Reply { id: id.to_owned(), is_gone: false, properties: Element::parse(&text).unwrap().children }
    }

    #[track_caller]
    fn check(properties: &str, expected: &[(&str, Class, bool)]) {
        let found = read(&reply("/k/c/", properties), &Class::ALL, None);
        let found: Vec<(&str, Class, bool)> = found
            .iter()
            .map(|collection| (collection.id.as_str(), collection.class, collection.read_only))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_calendar_is_a_collection_for_each_class_that_it_may_hold() {
        let calendar = "<resourcetype><collection/><c:calendar/></resourcetype>";
        let set = |names: &str| {
            format!(
                "{calendar}<c:supported-calendar-component-set>{names}</c:supported-calendar-component-set>"
            )
        };
        check(&set("<c:comp name='VEVENT'/>"), &[("/k/c/", Class::Calendar, false)]);
        check(&set("<c:comp name='VTODO'/>"), &[("/k/c/", Class::Tasks, false)]);
        let all = [
            ("/k/c/", Class::Calendar, false),
            ("/k/c/#Tasks", Class::Tasks, false),
            ("/k/c/#Notes", Class::Notes, false),
        ];
        check(calendar, &all);
        check(
            "<resourcetype><collection/><a:addressbook/></resourcetype>",
            &[("/k/c/", Class::Contacts, false)],
        );
        check("<resourcetype><collection/></resourcetype>", &[]);
        let read = "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>";
        check(&format!("{}{read}", set("<c:comp name='VEVENT'/>")), &[("/k/c/", Class::Calendar, true)]);
        let write = "<current-user-privilege-set><privilege><write-content/></privilege></current-user-privilege-set>";
        check(&format!("{}{write}", set("<c:comp name='VEVENT'/>")), &[("/k/c/", Class::Calendar, false)]);
    }

    #[test]
    fn one_of_each_class_is_the_main_one() {
        let collection = |id: &str, class, default, read_only| Collection {
            id: id.to_owned(),
            name: String::new(),
            class,
            default,
            read_only,
        };
        let mut all = [
            collection("/k/a/", Class::Calendar, false, false),
            collection("/k/Default/", Class::Calendar, false, false),
            collection("/k/home/", Class::Calendar, false, true),
            collection("/k/a/#Tasks", Class::Tasks, false, false),
            collection("/k/z/", Class::Tasks, false, false),
            collection("/k/x/", Class::Contacts, false, false),
            collection("/k/y/", Class::Contacts, true, false),
        ];
        choose_defaults(&mut all);
        let main: Vec<&str> = all
            .iter()
            .filter(|collection| collection.default)
            .map(|collection| collection.id.as_str())
            .collect();
        assert_eq!(main, ["/k/Default/", "/k/z/", "/k/y/"]);
    }
}
