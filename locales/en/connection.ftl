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
admin-field-name = Name (small letters, digits, hyphens)
admin-field-url = Address
admin-field-log-in = Who logs in
admin-field-who-organisation = One log-in for everybody, given here
admin-field-who-user = Each user with their own
admin-field-token = Token
admin-field-user = User name
admin-field-password = Password
admin-field-token-url = Where a token is fetched (OAuth)
admin-field-client-id = Client id
admin-field-client-secret = Client secret
admin-field-scope = Scope
admin-field-hook-key = Key that signs its nudges
admin-field-classes = What is synced
admin-field-directory = Search the company directory there
admin-field-verify = Its certificate has to be trusted
admin-field-every = From one pull to the next, such as 15m
admin-field-tokens = Users log in with access tokens
admin-field-master-separator = Between user and master user
admin-field-folders = Which folders
admin-field-folders-all = All
admin-field-folders-subscribed = Those subscribed to
admin-field-smtp = Where mail is handed over, such as smtps://mail.example
admin-field-smtp-log-in = Who hands it over
admin-field-smtp-same = Who reads it
admin-field-smtp-none = Nobody logs in
admin-field-smtp-user = User name for sending
admin-field-smtp-password = Password for sending
admin-field-kind-http-api = Pull contract (HTTP and JSON)
admin-field-kind-dav = CalDAV and CardDAV
admin-field-kind-imap = Mail server (IMAP and SMTP)
admin-field-kind-mailbox = Mail kept here, without a mail server
admin-field-kind-local = Kept here only
admin-field-class-email = mail
admin-field-class-calendar = calendar
admin-field-class-contacts = contacts
admin-field-class-tasks = tasks
admin-field-class-notes = notes
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
