# /admin/connections.
admin-connections = Forbindelser
admin-connections-lead = De systemer som kalendere, kontakter, opgaver, e-post og kataloget kommer fra.
admin-connection-add = Ny forbindelse
admin-connection-kind = Hvad den taler
admin-connection-next = Næste
admin-connection-in-use = I brug
admin-connection-paused = Sat på pause
admin-connection-unreadable = Kan ikke læses: angiv hemmelighederne igen
admin-connection-configured = fra serverens konfiguration
admin-connection-try = Test
admin-connection-try-as = Test som en bruger
admin-connection-pause = Sæt på pause
admin-connection-resume = Fortsæt
admin-connection-change = Ændr
admin-connection-remove = Fjern forbindelsen
admin-connection-saved = { $name } er sat op.
admin-connection-removed = { $name } er fjernet.
admin-connection-not-tried = Ikke prøvet: hver bruger har sit eget login. Angiv et at prøve som.
admin-connection-failed = Det virker ikke: { $why }
connection-name = Navn (små bogstaver, tal, bindestreg)
connection-url = Adresse
connection-log-in = Hvem der logger på
connection-who-organisation = Ét login for alle, angivet her
connection-who-user = Hver bruger med sit eget
connection-token = Token
connection-user = Brugernavn
connection-password = Adgangskode
connection-token-url = Hvor et token hentes (OAuth)
connection-client-id = Klient-id
connection-client-secret = Klienthemmelighed
connection-scope = Omfang (scope)
connection-hook-key = Nøgle der signerer varslerne
connection-classes = Hvad der synkroniseres
connection-directory = Søg i firmakataloget der
connection-verify = Certifikatet skal være betroet
connection-every = Mellem hver hentning, som 15m
connection-tokens = Brugerne logger på med adgangstoken
connection-master-separator = Mellem bruger og hovedbruger
connection-folders = Hvilke mapper
connection-folders-all = Alle
connection-folders-subscribed = Dem man abonnerer på
connection-smtp = Hvor e-post afleveres, som smtps://mail.example
connection-smtp-log-in = Hvem der afleverer den
connection-smtp-same = Den der læser den
connection-smtp-none = Ingen logger på
connection-smtp-user = Brugernavn til afsendelse
connection-smtp-password = Adgangskode til afsendelse
connection-kind-http-api = Hentekontrakten (HTTP og JSON)
connection-kind-dav = CalDAV og CardDAV
connection-kind-imap = Mailserver (IMAP og SMTP)
connection-kind-mailbox = E-post gemt her, uden mailserver
connection-kind-local = Kun gemt her
connection-class-email = e-post
connection-class-calendar = kalender
connection-class-contacts = kontakter
connection-class-tasks = opgaver
connection-class-notes = noter
admin-connection-accounts = { $count ->
    [one] { $count } konto
   *[other] { $count } konti
}
admin-connection-refused = { $count ->
    [one] { $count } login afvist
   *[other] { $count } login afvist
}
admin-connection-answers = { $count ->
    [one] Den svarer, med { $count } samling.
   *[other] Den svarer, med { $count } samlinger.
}
admin-connection-remove-help = { $count ->
    [one] { $count } konto bruger den. Det den har, bliver på telefonerne og hentes eller skrives ikke tilbage længere.
   *[other] { $count } konti bruger den. Det de har, bliver på telefonerne og hentes eller skrives ikke tilbage længere.
}
