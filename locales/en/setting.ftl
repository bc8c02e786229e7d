# /setting, the user's pages.
menu-overview = Overview
menu-account = My account
act-save = Save

overview-title = Hello, { $name }
overview-phones = My phones
overview-no-phones = No phone has been here yet.
phone-seen = Last seen { $time }
phone-blocked = Blocked
phone-served = Syncing

account-title = My account
zone-heading = Time zone
zone-help = All-day events and due dates begin and end by this zone, and times on these pages are shown in it.
zone-label = Zone
zone-unknown = “{ $zone }” is no time zone. Write for example Europe/London.
zone-set = The time zone is { $zone }.
password-heading = Password
password-help = It holds here and on your phones. After a change each phone asks for the new one.
password-present = Present password
password-new = New password
password-new-help = At least 10 characters.
password-repeated = New password once more
password-button = Change password
password-differs = The two new passwords differ.
password-short = The new password is too short: it needs at least 10 characters.
password-wrong = The present password is wrong.
password-set = The password is changed, and you are signed out everywhere else.
sessions-heading = Where you are signed in
session-times = Since { $since }, last used { $seen }
session-this = This browser
sessions-end = Sign out everywhere

menu-connections = Connections
menu-me = Account
act-cancel = Cancel

class-email = Mail
class-calendar = Calendar
class-contacts = Contacts
class-tasks = Tasks
class-notes = Notes
folder-inbox = Inbox
folder-drafts = Drafts
folder-deleted = Deleted items
folder-sent = Sent items
folder-outbox = Outbox

# A connection.
connection-log-in = Sign in at { $title }
connection-log-in-help = The user name and password that you have at { $title }, not those of your mail. They are tried before they are stored, and stored encrypted.
connection-user = User name
connection-password = Password
connection-create = Create access
connection-empty = Type both the user name and the password.
connection-refused = Not stored: { $reason }
connection-created = Access to { $title } is created. The first sync begins now.
connection-untried = Stored, but not tried: { $reason }
connection-paused = Nothing is fetched any more: the log-in was refused. Give it again below.
connection-ails = Something is wrong. It is tried again by itself.
connection-state = Status
state-paused = Stopped
state-waiting = Waiting for the first sync
state-working = Working
connection-identity = Company
connection-first-due = First sync due
connection-due = Fetched next
connection-last = Last fetched
connection-pulled =
    { $count ->
        [one] { $count } changed item
       *[other] { $count } changed items
    }
connection-errors =
    { $count ->
        [one] { $count } error
       *[other] { $count } errors
    }
connection-owed = Waiting to be sent there
connection-brought = What was fetched
connection-pull = Fetch now
connection-asked = It is being fetched now.
connection-remove = Remove access
connection-remove-title = Remove access to { $title }?
connection-remove-lead = This is removed here and from your phones. Where it came from it stays.
connection-remove-nothing = Nothing was fetched from there.
connection-remove-items =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
connection-remove-owed =
    { $count ->
        [one] { $count } change from your phone has not been sent there yet and is lost.
       *[other] { $count } changes from your phone have not been sent there yet and are lost.
    }
connection-removed = Access to { $title } is removed.
connection-chosen = { $name } is used now. It is fetched anew.
connection-shared-soon = The company has one log-in for everybody here. The first sync comes by itself.
identity-heading = Choose the company
identity-help = What was fetched from the present company is removed here and on the phones, and fetched from the new one.
identity-button = Use this company
first-sync-empty = The server holds no contacts yet.
first-sync-advice = If the phone asks what to do at the first sync, choose “Keep”. With “Delete items on phone” the phone's contacts are replaced by what the server has.
first-sync-count =
    { $count ->
        [one] The server holds { $count } contact.
       *[other] The server holds { $count } contacts.
    }

menu-phones = Phones and data
menu-log = Sync log
menu-history = Restore

search-label = Search
search-show = Show
search-button = Search
page-older = Older
item-untitled = (untitled)
item-unknown = (item)

# The log.
log-title = Sync log
log-lead = What came from and went to your connections, and what was not accepted.
log-all = Everything
log-trouble = What did not go well
log-out = Sent there
log-in = Fetched from there
log-pulls = Fetches
log-none = Nothing here.
log-time = Time
log-connection = Connection
log-result = Result
log-removed =
    { $count ->
        [one] { $count } removed
       *[other] { $count } removed
    }
log-conflicts =
    { $count ->
        [one] { $count } conflict
       *[other] { $count } conflicts
    }
log-to = to { $connection }
log-from = from { $connection }
outcome-accepted = Accepted
outcome-conflict = Conflict
outcome-refused = Refused
outcome-later = Tried again
outcome-aside = Set aside
aside-heading = Set aside
aside-help = A phone cannot be told these as they are. All else syncs nevertheless.
aside-button = Try again
aside-again = It is sent to the phone again.

# What was.
history-title = Restore
history-lead = Contacts, events, tasks and notes that were changed or deleted, on a phone too. They are kept for 30 days unless the administrator chose otherwise.
history-all = Everything
history-deleted = Deleted
history-lost = Conflicts
history-none = Nothing was changed or deleted.
history-is-lost = Lost a conflict
history-is-deleted = Deleted
history-is-changed = Changed
history-back = To all that was changed
item-now = As it is now
item-deleted = Deleted; as it was last
item-since = since { $time }
item-until = As it was until { $time }
item-lost = What the other side had, { $time }
item-take = Take this one instead
item-restore = Restore
item-no-versions = No earlier version is kept any more.
restored = Restored. The phones get it at their next sync.
restored-same = It is so already.
restored-gone = That version is not kept any more.
restored-read-only = You can only read this folder.
fact-name = Name
fact-title = Title
fact-start = Start
fact-zone = Time zone
fact-duration = Duration
fact-place = Place
fact-people = People
fact-text = Text
fact-status = Status
fact-due = Due
fact-priority = Priority
fact-company = Company
fact-job = Job title
fact-phone = Telephone
fact-email = Mail
fact-address = Address
fact-day = Day

menu-my-phones = My phones
menu-setup = Set up a phone
overview-data = What the server holds
state-off = Not in use
state-ailing = Has trouble

# Phones.
phones-title = My phones
phones-back = To all phones
phone-quarantined = Waiting for the administrator
phone-silent = Silent
phone-about = Phone
phone-last = Last seen
phone-first = First seen
phone-folders = What it syncs
phone-acts = What you can do
folder-there = Has everything
folder-behind = Something is waiting
folder-resync = Fetch anew
folder-resync-of = Fetch { $name } anew
problem-blocked = The administrator has blocked this phone. It gets nothing.
problem-quarantined = The phone is new, and the administrator has not let it in yet.
problem-silent = The phone has not been here for more than a day. Is it on, has it a network, and is its password right?
problem-no-folders = The phone has logged in but not fetched anything yet.
problem-wiped = The phone has wiped what it was told to wipe.
problem-aside =
    { $count ->
        [one] { $count } item cannot be told to this phone as it is.
       *[other] { $count } items cannot be told to this phone as they are.
    }
order-waiting = Waiting for the phone to ask the next time.
order-under-way = Fetching anew: { $done } of { $of } folders are there.
order-done = Done.
order-late = The phone did not do it in time.
act-confirm = Yes, do it
act-resync = Fetch everything anew
act-resync-title = Should { $name } fetch everything anew?
act-resync-help = All that was synced to the phone is removed there and replaced by what the server has. What was made or changed on the phone after its last successful sync is lost. Recommended only when much is to be put right at once.
act-sign-out = Sign out the phone
act-sign-out-title = Sign out { $name }?
act-sign-out-help = The phone is forgotten here. What is on it stays until the account is removed on the phone. If it still has the password, it comes back as a new one.
act-wipe-account = Wipe the account on the phone
act-wipe-account-title = Wipe this account on { $name }?
act-wipe-account-help = When the phone next asks it removes this account and all that belongs to it. The rest of the phone is not touched. There is no way back.
act-wipe-device = Wipe the whole phone
act-wipe-device-title = Wipe everything on { $name }?
act-wipe-device-help = When the phone next asks it wipes everything that is on it, pictures and private things too. Only for a phone that is lost. There is no way back.
done-resync = The phone fetches anew when it next asks.
done-sign-out = The phone is signed out.
done-wipe-account = The account is wiped on the phone when it next asks.
done-wipe-device = The phone wipes everything when it next asks.
done-other = Done.
reason-not-allowed = The administrator has switched that off.
reason-no-partnership = The phone does not sync that.
reason-under-way = The phone is at something else that it was told to do.
reason-offline = The phone has not been here for more than a day.
reason-kept-out = The phone is not let in.
reason-too-old = The phone does not understand that.
reason-already = It is so already.

# Setting up a phone.
setup-title = Set up a phone
setup-lead = Most find the rest by themselves when they are given address and password. Else these are the values.
setup-plain = You see this page without encryption. A phone needs the address that begins with https, and the server's name in it.
setup-values = Values
setup-kind = Kind of account
setup-email = E-mail address
setup-server = Server
setup-domain = Domain
setup-domain-value = not used, leave it empty
setup-password-value = the same as here
setup-secure = Secure connection (SSL)
setup-secure-value = yes, usual port
setup-code = Point the phone's camera at this to open the page there.
setup-code-label = QR code of { $address }
setup-families = How to do it
setup-profile = Install the profile
setup-apple = Open this page on the phone and install the profile; the phone asks for nothing but the password. Or: Settings, Mail, Accounts, Add Account, Microsoft Exchange, and choose to configure manually.
setup-android = Settings, Accounts, Add account, Exchange (on Samsung also “Microsoft Exchange ActiveSync”). Type address and password; choose manual setup if the server is not found by itself.
setup-outlook-mobile = Add an account, type the address, choose Exchange as provider, switch advanced settings on and type the server.
setup-outlook = Add an account, Advanced options, “Let me set up my account manually”, Exchange ActiveSync.
setup-thunderbird = Install the add-ons TbSync and Provider for Exchange ActiveSync, and add an account with a custom configuration.
setup-nokia = Menu Mail for Exchange, new profile: server, secure connection yes, default port yes, domain empty. Read the choices for calendar, tasks and contacts well before the first sync.
setup-parallel = Do not sync the phone by another program besides, PC Suite for example: that makes doubles and loses items.
menu-absence = Out of office
absence-title = Out of office
absence-lead = Whoever writes to you meanwhile is answered once a week. Your phones show the same setting.
absence-when = When
absence-now = On now
absence-off = Off
absence-on = On, until I switch it off
absence-between = On from one time to another
absence-start = From
absence-end = Until
absence-tell-internal = Answer colleagues
absence-internal = What colleagues are told
absence-tell-external = Answer everybody else
absence-external = What everybody else is told
absence-times-wrong = Say from when until when.
absence-set = Saved.
menu-services = What is synced
services-title = What is synced
services-lead = What you leave out is not fetched, your phones are not told of it, and what was fetched of it is removed here. Where it came from it stays, and it comes back when you choose it again.
services-shared = Shared calendars
services-directory = Company directory
services-closed = Your organisation does not use it.
services-items =
    { $count ->
        [one] { $count } item was fetched
       *[other] { $count } items were fetched
    }
services-set = Saved. The phones see it when they next ask.
services-confirm-title = Leave this out?
services-confirm-lead = This is removed here and from your phones. Where it came from it stays. What you wrote on a phone and has not been sent there yet is sent first.
services-confirm-button = Yes, leave it out
unread-heading = Not readable
unread-help = These came from the back office and cannot be read as they are. All else syncs nevertheless.
unread-again = It is read once more.
moment-title = Everything as it was
moment-help = What was changed or deleted since a moment is as it was then, on the phones and in the back office too. What was made since stays.
moment-class = What
moment-at = As it was on
moment-next = Next
moment-wrong = Say a moment that has been.
moment-too-early = Nothing that old is kept any more.
moment-none = Nothing was changed or deleted since.
moment-lead = This is taken back to what it was. What is replaced by it can be restored again.
moment-count =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
moment-button = Take it back
moment-done =
    { $count ->
        [one] { $count } item is as it was. The phones get it at their next sync.
       *[other] { $count } items are as they were. The phones get them at their next sync.
    }
choice-heading = When both sides changed the same
choice-help = The version that loses is not gone: it can be restored.
choice-organisation = As the organisation has it
choice-set = Saved. It counts at once.
