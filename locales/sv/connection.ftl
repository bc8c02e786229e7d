# /admin/connections.
admin-connections = Anslutningar
admin-connections-lead = De system som kalendrar, kontakter, uppgifter, e-post och katalogen kommer från.
admin-connection-add = Ny anslutning
admin-connection-kind = Vad den talar
admin-connection-next = Nästa
admin-connection-in-use = Används
admin-connection-paused = Pausad
admin-connection-unreadable = Kan inte läsas: ange hemligheterna igen
admin-connection-configured = från serverns konfiguration
admin-connection-try = Testa
admin-connection-try-as = Testa som en användare
admin-connection-pause = Pausa
admin-connection-resume = Fortsätt
admin-connection-change = Ändra
admin-connection-remove = Ta bort anslutningen
admin-connection-saved = { $name } är uppsatt.
admin-connection-removed = { $name } är borttagen.
admin-connection-not-tried = Inte provad: varje användare har sin egen inloggning. Ange en att prova som.
admin-connection-failed = Det fungerar inte: { $why }
connection-name = Namn (små bokstäver, siffror, bindestreck)
connection-url = Adress
connection-log-in = Vem som loggar in
connection-who-organisation = En inloggning för alla, angiven här
connection-who-user = Varje användare med sin egen
connection-token = Token
connection-user = Användarnamn
connection-password = Lösenord
connection-token-url = Var en token hämtas (OAuth)
connection-client-id = Klient-id
connection-client-secret = Klienthemlighet
connection-scope = Omfång (scope)
connection-hook-key = Nyckel som signerar aviseringarna
connection-classes = Vad som synkroniseras
connection-directory = Sök i företagskatalogen där
connection-verify = Certifikatet måste vara betrott
connection-every = Mellan hämtningarna, som 15m
connection-tokens = Användarna loggar in med åtkomsttoken
connection-master-separator = Mellan användare och huvudanvändare
connection-folders = Vilka mappar
connection-folders-all = Alla
connection-folders-subscribed = De man prenumererar på
connection-smtp = Var e-post lämnas, som smtps://mail.example
connection-smtp-log-in = Vem som lämnar den
connection-smtp-same = Den som läser den
connection-smtp-none = Ingen loggar in
connection-smtp-user = Användarnamn för sändning
connection-smtp-password = Lösenord för sändning
connection-kind-http-api = Hämtkontraktet (HTTP och JSON)
connection-kind-dav = CalDAV och CardDAV
connection-kind-imap = E-postserver (IMAP och SMTP)
connection-kind-mailbox = E-post som ligger här, utan e-postserver
connection-kind-local = Ligger bara här
connection-class-email = e-post
connection-class-calendar = kalender
connection-class-contacts = kontakter
connection-class-tasks = uppgifter
connection-class-notes = anteckningar
admin-connection-accounts = { $count ->
    [one] { $count } konto
   *[other] { $count } konton
}
admin-connection-refused = { $count ->
    [one] { $count } inloggning avvisad
   *[other] { $count } inloggningar avvisade
}
admin-connection-answers = { $count ->
    [one] Den svarar, med { $count } samling.
   *[other] Den svarar, med { $count } samlingar.
}
admin-connection-remove-help = { $count ->
    [one] { $count } konto använder den. Det den har stannar i telefonerna och hämtas eller skrivs inte tillbaka längre.
   *[other] { $count } konton använder den. Det de har stannar i telefonerna och hämtas eller skrivs inte tillbaka längre.
}
