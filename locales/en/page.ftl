# What stands around every page.
page-skip = Skip to content
page-menu = Menu
page-language = Language
page-log-out = Sign out
page-attention = needs attention
time-today = today { $time }
time-yesterday = yesterday { $time }

log-in-title = Sign in
log-in-lead = Use your mail account: the whole address and its password.
log-in-first = Sign in first.
log-in-email = E-mail address
log-in-password = Password
log-in-button = Sign in
log-in-no-address = That is not an e-mail address. Sign in with your mail account, as in kari@company.example, not with the name you have in the back office; that one is asked for later.
log-in-wrong = The address or the password is wrong.
log-in-busy = Too many attempts just now. Wait a few seconds and try again.

failure-not-found = This page is not here
failure-not-found-help = It may have been removed, or the address is mistyped.
failure-forbidden = This page is not open to you
failure-forbidden-help = Only an administrator may see it.
failure-foreign = The form was not accepted
failure-foreign-help = It was opened before you signed in, or comes from another page. Go back, load the page anew and try again.
failure-plain = The line is not encrypted
failure-plain-help = Passwords are not read here over plain HTTP. Use the address that begins with https://
failure-inside = Something went wrong here
failure-inside-help = It is not your fault, and it has been noted. Try again in a moment.
failure-home = To the start
