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
admin-field-name = Namn (små bokstäver, siffror, bindestreck)
admin-field-url = Adress
admin-field-log-in = Vem som loggar in
admin-field-who-organisation = En inloggning för alla, angiven här
admin-field-who-user = Varje användare med sin egen
admin-field-token = Token
admin-field-user = Användarnamn
admin-field-password = Lösenord
admin-field-token-url = Var en token hämtas (OAuth)
admin-field-client-id = Klient-id
admin-field-client-secret = Klienthemlighet
admin-field-scope = Omfång (scope)
admin-field-hook-key = Nyckel som signerar aviseringarna
admin-field-classes = Vad som synkroniseras
admin-field-directory = Sök i företagskatalogen där
admin-field-verify = Certifikatet måste vara betrott
admin-field-every = Mellan hämtningarna, som 15m
admin-field-tokens = Användarna loggar in med åtkomsttoken
admin-field-master-separator = Mellan användare och huvudanvändare
admin-field-folders = Vilka mappar
admin-field-folders-all = Alla
admin-field-folders-subscribed = De man prenumererar på
admin-field-smtp = Var e-post lämnas, som smtps://mail.example
admin-field-smtp-log-in = Vem som lämnar den
admin-field-smtp-same = Den som läser den
admin-field-smtp-none = Ingen loggar in
admin-field-smtp-user = Användarnamn för sändning
admin-field-smtp-password = Lösenord för sändning
admin-field-kind-http-api = Hämtkontraktet (HTTP och JSON)
admin-field-kind-dav = CalDAV och CardDAV
admin-field-kind-imap = E-postserver (IMAP och SMTP)
admin-field-kind-mailbox = E-post som ligger här, utan e-postserver
admin-field-kind-local = Ligger bara här
admin-field-class-email = e-post
admin-field-class-calendar = kalender
admin-field-class-contacts = kontakter
admin-field-class-tasks = uppgifter
admin-field-class-notes = anteckningar
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
