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

start-empty-title = Nobody is here yet
start-empty-lead = This installation is new and has no accounts. When the server started it printed an address with a code; open that address, or type the code here.
start-code = Set-up code
start-code-help = Look where the server writes its output, with systemd for example: journalctl -u lomme. It is good until the first administrator is made.
start-code-wrong = That is not the code.
start-next = Next
start-title = Set up Lomme
start-lead = Make the first organisation and its administrator. The code is good for nothing afterwards.
start-organisation = Organisation
start-name = Your name
start-email-help = You sign in with it.
start-button = Make the administrator
start-wrong = That did not work. Name the organisation, and write the address as in kari@company.example.
