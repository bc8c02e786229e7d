//! The statuses of what breaks the rules of a command, each where the command tells it. What a phone rightly does is told
//! elsewhere.

use super::CONTACTS;
use super::TASKS;
use super::in_step;
use crate::phone::Phone;
use crate::phone::wire::document;
use crate::server::Server;

const CALENDAR: &str = "1";
const RECIPIENTS: &str = "11";

/// Which document each command speaks.
const ROOTS: [(&str, &str); 8] = [
    ("Sync", "AirSync:Sync"),
    ("GetItemEstimate", "GetItemEstimate:GetItemEstimate"),
    ("MoveItems", "Move:MoveItems"),
    ("Ping", "Ping:Ping"),
    ("Provision", "Provision:Provision"),
    ("ItemOperations", "ItemOperations:ItemOperations"),
    ("Search", "Search:Search"),
    ("Settings", "Settings:Settings"),
];

/// Asks, and looks at the status of the last of the elements named, which lie below one another.
#[track_caller]
fn check<'a>(
    phone: &'a Phone,
    command: &'a str,
    inner: &'a str,
    path: &'a str,
    expected: &'a str,
) -> impl Future<Output = ()> + 'a {
    let place = std::panic::Location::caller();
    async move {
        let (_, root) = ROOTS.iter().find(|(name, _)| *name == command).unwrap();
        let answer = phone.wire.post(command, document(root, inner)).await.node().unwrap();
        let told =
            path.split('/').filter(|name| !name.is_empty()).try_fold(&answer, |node, name| node.find(name));
        let status = told.and_then(|node| node.child("Status")).map(|node| node.text.as_str());
        assert_eq!(status, Some(expected), "{place}: {answer:?}");
    }
}

fn collection(folder: &str, key: &str, more: &str) -> String {
    format!(
        "<Collections><Collection><SyncKey>{key}</SyncKey><CollectionId>{folder}</CollectionId>{more}</Collection>\
         </Collections>"
    )
}

#[tokio::test]
async fn sync_refuses_as_a_whole_what_breaks_the_rules() {
    let server = Server::start().await;
    let (mut phone, key) = in_step(&server, "14.1").await;
    phone.sync(CALENDAR).await;
    phone.sync(RECIPIENTS).await;
    let (calendar, recipients) = (phone.book(CALENDAR).key.clone(), phone.book(RECIPIENTS).key.clone());
    let add = "<Commands><Add><ClientId>1</ClientId><ApplicationData><contacts:FileAs>Kari</contacts:FileAs>\
               </ApplicationData></Add></Commands>";
    let of_class = |class: &str| format!("<Options><Class>{class}</Class></Options>");
    for (folder, key, more, status) in [
        (CONTACTS, &key, "<ConversationMode>1</ConversationMode>".to_owned(), "4"),
        (CONTACTS, &key, of_class("Contacts") + &of_class("Contacts"), "4"),
        (CONTACTS, &key, of_class("Contacts") + &of_class("Email"), "4"),
        (CONTACTS, &key, "<WindowSize>many</WindowSize>".to_owned(), "4"),
        (CALENDAR, &calendar, "<Options><FilterType>1</FilterType></Options>".to_owned(), "4"),
        (CALENDAR, &"0".to_owned(), "<Options><FilterType>8</FilterType></Options>".to_owned(), "4"),
        (TASKS, &"0".to_owned(), "<Options><FilterType>5</FilterType></Options>".to_owned(), "4"),
        (RECIPIENTS, &recipients, add.to_owned(), "4"),
        (
            CONTACTS,
            &key,
            "<Options><airsyncbase:BodyPartPreference><airsyncbase:Type>3</airsyncbase:Type>\
             </airsyncbase:BodyPartPreference></Options>"
                .to_owned(),
            "164",
        ),
    ] {
        check(&phone, "Sync", &collection(folder, key, &more), "", status).await;
    }
    let nameless = format!("<Collections><Collection><SyncKey>{key}</SyncKey></Collection></Collections>");
    check(&phone, "Sync", &nameless, "", "4").await;
    // Nothing of it was done or kept: the keys are good as they were, and there is nothing to repeat.
    check(&phone, "Sync", &collection(CONTACTS, &key, add), "Responses/Add", "1").await;
    server.stop().await;
}

#[tokio::test]
async fn sync_refuses_an_item_that_lacks_its_parts_and_does_the_rest() {
    let server = Server::start().await;
    let (mut phone, _) = in_step(&server, "14.1").await;
    let id = phone.add(CONTACTS, "<contacts:FileAs>Kari</contacts:FileAs>").await;
    for (commands, path, status) in [
        (format!("<Change><ServerId>{id}</ServerId></Change>"), "Responses/Change", "4"),
        ("<Add><ClientId>7</ClientId></Add>".to_owned(), "Responses/Add", "4"),
        ("<Add><ApplicationData><contacts:FileAs>Ola</contacts:FileAs></ApplicationData></Add>".to_owned(), "Responses/Add", "4"),
        ("<Change><ServerId>2:999</ServerId><ApplicationData><contacts:FileAs>Ola</contacts:FileAs></ApplicationData></Change>".to_owned(), "Responses/Change", "8"),
        ("<Fetch><ServerId>2:999</ServerId></Fetch>".to_owned(), "Responses/Fetch", "8"),
        (format!("<Fetch><ServerId>{id}</ServerId></Fetch>"), "Responses/Fetch", "1"),
    ] {
        let key = phone.book(CONTACTS).key.clone();
        let inner = collection(CONTACTS, &key, &format!("<Commands>{commands}</Commands>"));
        check(&phone, "Sync", &inner, path, status).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_filter_that_a_class_has_not_is_none_to_older_phones() {
    let server = Server::start().await;
    let (mut phone, _) = in_step(&server, "12.1").await;
    phone.sync(CALENDAR).await;
    let key = phone.book(CALENDAR).key.clone();
    let inner = collection(CALENDAR, &key, "<Options><FilterType>1</FilterType></Options>");
    assert_eq!(phone.wire.post("Sync", document("AirSync:Sync", &inner)).await.node(), None);
    server.stop().await;
}

#[tokio::test]
async fn an_estimate_says_what_is_wrong_with_a_request_and_with_a_folder() {
    let server = Server::start().await;
    let (phone, key) = in_step(&server, "14.1").await;
    let asked = |folder: &str, key: &str, more: &str| {
        format!(
            "<Collections><Collection><airsync:SyncKey>{key}</airsync:SyncKey><CollectionId>{folder}</CollectionId>\
             {more}</Collection></Collections>"
        )
    };
    let options = |inner: &str| format!("<airsync:Options>{inner}</airsync:Options>");
    let class = |class: &str| options(&format!("<airsync:Class>{class}</airsync:Class>"));
    let filter = |filter: u8| options(&format!("<airsync:FilterType>{filter}</airsync:FilterType>"));
    for (folder, key, more, path, status) in [
        (CONTACTS, key.as_str(), String::new(), "Response", "1"),
        ("999", "1", String::new(), "Response", "2"),
        (CONTACTS, &key, options("<airsync:MaxItems>5</airsync:MaxItems>"), "Response", "2"),
        (TASKS, "1", String::new(), "Response", "3"),
        (CONTACTS, "0", String::new(), "Response", "3"),
        (CONTACTS, "4711", String::new(), "Response", "4"),
        (CONTACTS, "soon", String::new(), "Response", "4"),
        (CONTACTS, &key, class("SMS") + &class("Contacts"), "", "4"),
        (
            CONTACTS,
            &key,
            "<airsync:ConversationMode>1</airsync:ConversationMode>".to_owned(),
            "Response",
            "103",
        ),
        (CONTACTS, &key, filter(9), "Response", "103"),
    ] {
        check(&phone, "GetItemEstimate", &asked(folder, key, &more), path, status).await;
    }
    check(&phone, "GetItemEstimate", "", "", "103").await;
    server.stop().await;
}

#[tokio::test]
async fn item_operations_say_whether_the_request_or_an_item_is_wrong() {
    let server = Server::start().await;
    let (mut phone, _) = in_step(&server, "14.1").await;
    let id = phone.add(CONTACTS, "<contacts:FileAs>Kari</contacts:FileAs>").await;
    let fetch = |inner: &str| format!("<Fetch><Store>Mailbox</Store>{inner}</Fetch>");
    let named =
        format!("<airsync:CollectionId>2</airsync:CollectionId><airsync:ServerId>{id}</airsync:ServerId>");
    let file = "<airsyncbase:FileReference>1:1:x</airsyncbase:FileReference>";
    let part = "<Options><airsyncbase:BodyPartPreference><airsyncbase:Type>3</airsyncbase:Type>\
                </airsyncbase:BodyPartPreference></Options>";
    for (inner, path, status) in [
        (String::new(), "", "2"),
        (fetch(&named).repeat(101), "", "11"),
        (fetch(&named).repeat(100), "", "1"),
        (fetch(&file.repeat(2)), "", "2"),
        (fetch(&format!("{named}<Options><Range/></Options>")), "", "2"),
        (fetch(&format!("{named}{part}")), "", "164"),
        (fetch(&named), "Fetch", "1"),
        (fetch(""), "Fetch", "2"),
        (
            fetch("<airsync:CollectionId>2</airsync:CollectionId><airsync:ServerId>2:999</airsync:ServerId>"),
            "Fetch",
            "6",
        ),
        ("<Fetch><Store>Attic</Store></Fetch>".to_owned(), "Fetch", "9"),
        (fetch(file), "Fetch", "15"),
        (
            "<EmptyFolderContents><airsync:CollectionId>2</airsync:CollectionId></EmptyFolderContents>"
                .to_owned(),
            "EmptyFolderContents",
            "16",
        ),
        ("<Move><ConversationId>x</ConversationId><DstFldId>5</DstFldId></Move>".to_owned(), "Move", "155"),
    ] {
        check(&phone, "ItemOperations", &inner, path, status).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn nothing_is_moved_among_the_people_one_writes_to() {
    let server = Server::start().await;
    for (version, status) in [("12.1", "5"), ("14.1", "105")] {
        let (mut phone, _) = in_step(&server, version).await;
        let id = phone.add(CONTACTS, "<contacts:FileAs>Kari</contacts:FileAs>").await;
        let inner = format!(
            "<Move><SrcMsgId>{id}</SrcMsgId><SrcFldId>2</SrcFldId><DstFldId>{RECIPIENTS}</DstFldId></Move>"
        );
        check(&phone, "MoveItems", &inner, "Response", status).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_malformed_ping_is_told_so() {
    let server = Server::start().await;
    let (phone, _) = in_step(&server, "14.1").await;
    let folder = |id: &str| format!("<Folder><Id>{id}</Id><Class>Contacts</Class></Folder>");
    let folders =
        |inner: &str| format!("<HeartbeatInterval>60</HeartbeatInterval><Folders>{inner}</Folders>");
    for (inner, status) in [
        (String::new(), "4"),
        (folders(&(folder("2") + &folder("2"))), "4"),
        (folders("<Folder><Class>Contacts</Class></Folder>"), "4"),
        (format!("<Folders>{}</Folders>", folder("2")), "3"),
        (folders(&folder("999")), "7"),
        (folders(&folder("2")).replace("60", "-100"), "5"),
    ] {
        check(&phone, "Ping", &inner, "", status).await;
    }
    server.stop().await;
}

/// Quirk silent-provision.
#[tokio::test]
async fn a_malformed_provision_is_told_so() {
    let server = Server::start().await;
    let (phone, _) = in_step(&server, "14.1").await;
    let policy = |inner: &str| format!("<Policies><Policy>{inner}</Policy></Policies>");
    let form = policy("<PolicyType>MS-EAS-Provisioning-WBXML</PolicyType>");
    check(&phone, "Provision", "", "", "2").await;
    check(&phone, "Provision", &policy(""), "", "2").await;
    check(&phone, "Provision", &form, "", "1").await;
    let silent = format!("<settings:DeviceInformation/>{form}");
    check(&phone, "Provision", &silent, "DeviceInformation", "2").await;
    check(&phone, "Provision", &silent, "", "1").await;
    server.stop().await;
}

#[tokio::test]
async fn a_search_says_what_is_wrong_with_its_parameters() {
    let server = Server::start().await;
    let (phone, _) = in_step(&server, "14.1").await;
    let search = |store: &str, query: &str, range: &str| {
        format!(
            "<Store><Name>{store}</Name><Query>{query}</Query><Options><Range>{range}</Range></Options></Store>"
        )
    };
    for (inner, status) in [
        (search("GAL", "kari", "0-9"), "1"),
        (search("GAL", "", "0-9"), "2"),
        (search("GAL", "kari", "9-0"), "2"),
        (search("GAL", "kari", "some"), "2"),
        (search("GAL", "kari", "100-101"), "12"),
        (search("DocumentLibrary", "kari", "0-9"), "13"),
        (search("Attic", "kari", "0-9"), "2"),
    ] {
        check(&phone, "Search", &inner, "Store", status).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn each_setting_has_a_status_of_its_own() {
    let server = Server::start().await;
    let (phone, _) = in_step(&server, "14.1").await;
    let password = |length: usize| {
        format!("<DevicePassword><Set><Password>{}</Password></Set></DevicePassword>", "p".repeat(length))
    };
    for (inner, path, status) in [
        (String::new(), "", "2"),
        ("<DeviceInformation/>".to_owned(), "DeviceInformation", "2"),
        (
            "<DeviceInformation><Set><Model>E52</Model></Set></DeviceInformation>".to_owned(),
            "DeviceInformation",
            "1",
        ),
        ("<UserInformation><Get/></UserInformation>".to_owned(), "UserInformation", "1"),
        ("<UserInformation/>".to_owned(), "UserInformation", "2"),
        (password(255), "DevicePassword", "7"),
        (password(256), "DevicePassword", "5"),
        ("<DevicePassword/>".to_owned(), "DevicePassword", "2"),
        (
            "<RightsManagementInformation><Get/></RightsManagementInformation>".to_owned(),
            "RightsManagementInformation",
            "168",
        ),
        ("<RightsManagementInformation/>".to_owned(), "RightsManagementInformation", "2"),
        ("<Oof><Get><BodyType>Text</BodyType></Get></Oof>".to_owned(), "Oof", "1"),
        ("<Oof><Set><OofState>0</OofState></Set></Oof>".to_owned(), "Oof", "1"),
        (
            "<Oof><Set><OofState>2</OofState><StartTime>2026-12-01T08:00:00.000Z</StartTime></Set></Oof>"
                .to_owned(),
            "Oof",
            "2",
        ),
    ] {
        check(&phone, "Settings", &inner, path, status).await;
    }
    server.stop().await;
}
