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
