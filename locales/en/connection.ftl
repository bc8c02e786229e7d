# /admin/connections.
admin-connections = Connections
admin-connections-lead = The back offices that calendars, contacts, tasks, mail and the directory come from.
admin-connection-add = New connection
admin-connection-kind = What it speaks
admin-connection-next = Next
admin-connection-in-use = In use
admin-connection-paused = Paused
admin-connection-unreadable = Cannot be read: give its secrets again
admin-connection-configured = from the server's configuration
admin-connection-try = Test
admin-connection-try-as = Test as a user
admin-connection-pause = Pause
admin-connection-resume = Go on
admin-connection-change = Change
admin-connection-remove = Remove the connection
admin-connection-saved = { $name } is set up.
admin-connection-removed = { $name } is removed.
admin-connection-not-tried = Not tried: each user has a log-in of their own. Give one to try it as.
admin-connection-failed = It does not work: { $why }
connection-name = Name (small letters, digits, hyphens)
connection-url = Address
connection-log-in = Who logs in
connection-who-organisation = One log-in for everybody, given here
connection-who-user = Each user with their own
connection-token = Token
connection-user = User name
connection-password = Password
connection-token-url = Where a token is fetched (OAuth)
connection-client-id = Client id
connection-client-secret = Client secret
connection-scope = Scope
connection-hook-key = Key that signs its nudges
connection-classes = What is synced
connection-directory = Search the company directory there
connection-verify = Its certificate has to be trusted
connection-every = From one pull to the next, such as 15m
connection-tokens = Users log in with access tokens
connection-master-separator = Between user and master user
connection-folders = Which folders
connection-folders-all = All
connection-folders-subscribed = Those subscribed to
connection-smtp = Where mail is handed over, such as smtps://mail.example
connection-smtp-log-in = Who hands it over
connection-smtp-same = Who reads it
connection-smtp-none = Nobody logs in
connection-smtp-user = User name for sending
connection-smtp-password = Password for sending
connection-kind-http-api = Pull contract (HTTP and JSON)
connection-kind-dav = CalDAV and CardDAV
connection-kind-imap = Mail server (IMAP and SMTP)
connection-kind-mailbox = Mail kept here, without a mail server
connection-kind-local = Kept here only
connection-class-email = mail
connection-class-calendar = calendar
connection-class-contacts = contacts
connection-class-tasks = tasks
connection-class-notes = notes
admin-connection-accounts = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
admin-connection-refused = { $count ->
    [one] { $count } log-in refused
   *[other] { $count } log-ins refused
}
admin-connection-answers = { $count ->
    [one] It answers, with { $count } collection.
   *[other] It answers, with { $count } collections.
}
admin-connection-remove-help = { $count ->
    [one] { $count } account uses it. What it has stays on the phones and is not pulled nor written back any more.
   *[other] { $count } accounts use it. What they have stays on the phones and is not pulled nor written back any more.
}
