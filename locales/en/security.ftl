# The second factor, passwords of phones, forgotten passwords.
factor-title = Second factor
factor-ask-title = One more step
factor-ask-lead = The password is right. Now type the code that your authenticator program shows.
factor-code = Code
factor-code-help = Six digits. Without the program, one of the codes for emergencies.
factor-back = Back
factor-wrong = The code is wrong, or it was used before. Wait for the next one.
factor-busy = Too many wrong codes. Wait a quarter of an hour and try again.
factor-off-lead = With a second factor nobody gets in with the password alone: a program on your phone shows a code that changes every half minute.
factor-wanted = Your organisation asks administrators for one: the administrator's pages open when it is set up.
factor-set-up = Set it up
factor-phones = Phones that sync then need passwords of their own, which you make on the page “Passwords for phones”; the password of the account no longer works for them.
factor-set-up-button = Begin
factor-photograph = Photograph this with an authenticator program, for example Aegis, FreeOTP, Google Authenticator or Microsoft Authenticator.
factor-picture = Picture that sets up an authenticator program
factor-type = Or type this into it:
factor-confirm = Switch on
factor-confirm-wrong = The code is wrong. Begin again; if it happens once more, set the clock of the phone.
factor-is-on = The second factor is on.
factor-is-off = The second factor is off.
factor-on-lead = The second factor is on: signing in takes the password and a code.
factor-change = Change it
factor-codes = Codes for emergencies
factor-codes-once = Keep these where you find them without your phone. Each is good once instead of a code, and nobody can read them here again.
factor-codes-kept = I have kept them
factor-codes-left = { $count ->
    [one] { $count } code for emergencies is left.
   *[other] { $count } codes for emergencies are left.
}
factor-codes-new = Make new codes
factor-off = Switch off
factor-account = Nobody gets in with the password alone.
factor-state-on = On
factor-state-off = Off
factor-admin-off = Switch the second factor off
factor-admin-is-off = The second factor is off. Signing in takes the password alone.
factor-policy = Second factor
factor-policy-tick = Administrators need a second factor
factor-policy-help = Who has none is led to the page where it is set up, and gets no further on these pages until it is.

app-password-title = Passwords for phones
app-password-lead = A password for each phone: it works for syncing alone, and only for the first phone that uses it. A phone that is lost is shut out with one click, and the others go on.
app-password-needed = Your account has a second factor, so each phone needs one of these.
app-password-make = Make a password
app-password-name = What it is for, for example “My phone”
app-password-name-none = Phone
app-password-make-button = Make
app-password-once = Type it on the phone where it asks for the password; the hyphens may be left out. Nobody can read it here again.
app-password-photograph = Or photograph it with the phone, and copy it.
app-password-picture = Picture that holds the password
app-password-unused = No phone uses it yet
app-password-used = Last used { $time }
app-password-made = Made { $time }
app-password-revoke = Revoke
app-password-revoked = It is good for nothing any more.
app-password-many = There are too many. Revoke one first.

forgotten-link = Forgotten the password?
forgotten-title = Forgotten the password
forgotten-lead = Type your address. A link by which you choose another password comes by mail.
forgotten-button = Send the link
forgotten-sent = If there is an account with that address, a link is on its way there. It is good for half an hour.
forgotten-fresh-title = Another password
forgotten-fresh-lead = Choose another password. You are signed out everywhere, and your phones ask for it.
forgotten-gone = This link is not good any more. A link is good once, and for half an hour.
forgotten-again = Have another one sent
forgotten-done = The password is changed. Sign in with it.
forgotten-mail-subject = Another password
forgotten-mail-text =
    Somebody asked for another password for your account. If that was you, open this address within half an hour:

    { $link }

    If it was not you, do nothing: the password stays as it is.
recovery-heading = If you forget the password
recovery-help = A link for another password goes to the address of the account, and to this one, if there is one.
recovery-label = Further address
recovery-wrong = That is not an e-mail address.
recovery-set = The address is kept.
recovery-none = No further address is kept.
