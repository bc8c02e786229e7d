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
admin-field-name = Navn (små bogstaver, tal, bindestreg)
admin-field-url = Adresse
admin-field-log-in = Hvem der logger på
admin-field-who-organisation = Ét login for alle, angivet her
admin-field-who-user = Hver bruger med sit eget
admin-field-token = Token
admin-field-user = Brugernavn
admin-field-password = Adgangskode
admin-field-token-url = Hvor et token hentes (OAuth)
admin-field-client-id = Klient-id
admin-field-client-secret = Klienthemmelighed
admin-field-scope = Omfang (scope)
admin-field-hook-key = Nøgle der signerer varslerne
admin-field-classes = Hvad der synkroniseres
admin-field-directory = Søg i firmakataloget der
admin-field-verify = Certifikatet skal være betroet
admin-field-every = Mellem hver hentning, som 15m
admin-field-tokens = Brugerne logger på med adgangstoken
admin-field-master-separator = Mellem bruger og hovedbruger
admin-field-folders = Hvilke mapper
admin-field-folders-all = Alle
admin-field-folders-subscribed = Dem man abonnerer på
admin-field-smtp = Hvor e-post afleveres, som smtps://mail.example
admin-field-smtp-log-in = Hvem der afleverer den
admin-field-smtp-same = Den der læser den
admin-field-smtp-none = Ingen logger på
admin-field-smtp-user = Brugernavn til afsendelse
admin-field-smtp-password = Adgangskode til afsendelse
admin-field-kind-http-api = Hentekontrakten (HTTP og JSON)
admin-field-kind-dav = CalDAV og CardDAV
admin-field-kind-imap = Mailserver (IMAP og SMTP)
admin-field-kind-mailbox = E-post gemt her, uden mailserver
admin-field-kind-local = Kun gemt her
admin-field-class-email = e-post
admin-field-class-calendar = kalender
admin-field-class-contacts = kontakter
admin-field-class-tasks = opgaver
admin-field-class-notes = noter
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
