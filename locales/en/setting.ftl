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
