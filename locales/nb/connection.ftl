# /admin/connections.
admin-connections = Tilkoblinger
admin-connections-lead = Bakkontorene som kalendere, kontakter, oppgaver, e-post og katalogen kommer fra.
admin-connection-add = Ny tilkobling
admin-connection-kind = Hva den snakker
admin-connection-next = Neste
admin-connection-in-use = I bruk
admin-connection-paused = Satt på pause
admin-connection-unreadable = Kan ikke leses: oppgi hemmelighetene på nytt
admin-connection-configured = fra serverens konfigurasjon
admin-connection-try = Test
admin-connection-try-as = Test som en bruker
admin-connection-pause = Sett på pause
admin-connection-resume = Fortsett
admin-connection-change = Endre
admin-connection-remove = Fjern tilkoblingen
admin-connection-saved = { $name } er satt opp.
admin-connection-removed = { $name } er fjernet.
admin-connection-not-tried = Ikke prøvd: hver bruker har sin egen pålogging. Oppgi en å prøve som.
admin-connection-failed = Det virker ikke: { $why }
admin-field-name = Navn (små bokstaver, tall, bindestrek)
admin-field-url = Adresse
admin-field-log-in = Hvem som logger på
admin-field-who-organisation = Én pålogging for alle, oppgitt her
admin-field-who-user = Hver bruker med sin egen
admin-field-token = Token
admin-field-user = Brukernavn
admin-field-password = Passord
admin-field-token-url = Hvor et token hentes (OAuth)
admin-field-client-id = Klient-id
admin-field-client-secret = Klienthemmelighet
admin-field-scope = Omfang (scope)
admin-field-hook-key = Nøkkel som signerer varslene
admin-field-classes = Hva som synkroniseres
admin-field-directory = Søk i bedriftskatalogen der
admin-field-verify = Sertifikatet må være klarert
admin-field-every = Mellom hver henting, som 15m
admin-field-tokens = Brukerne logger på med tilgangstoken
admin-field-master-separator = Mellom bruker og hovedbruker
admin-field-folders = Hvilke mapper
admin-field-folders-all = Alle
admin-field-folders-subscribed = De man abonnerer på
admin-field-smtp = Hvor e-post leveres, som smtps://mail.example
admin-field-smtp-log-in = Hvem som leverer den
admin-field-smtp-same = Den som leser den
admin-field-smtp-none = Ingen logger på
admin-field-smtp-user = Brukernavn for sending
admin-field-smtp-password = Passord for sending
admin-field-kind-http-api = Hentekontrakten (HTTP og JSON)
admin-field-kind-dav = CalDAV og CardDAV
admin-field-kind-imap = E-posttjener (IMAP og SMTP)
admin-field-kind-mailbox = E-post lagret her, uten e-posttjener
admin-field-kind-local = Bare lagret her
admin-field-class-email = e-post
admin-field-class-calendar = kalender
admin-field-class-contacts = kontakter
admin-field-class-tasks = oppgaver
admin-field-class-notes = notater
admin-connection-accounts = { $count ->
    [one] { $count } konto
   *[other] { $count } kontoer
}
admin-connection-refused = { $count ->
    [one] { $count } pålogging avvist
   *[other] { $count } pålogginger avvist
}
admin-connection-answers = { $count ->
    [one] Den svarer, med { $count } samling.
   *[other] Den svarer, med { $count } samlinger.
}
admin-connection-remove-help = { $count ->
    [one] { $count } konto bruker den. Det den har, blir på telefonene og hentes eller skrives ikke tilbake lenger.
   *[other] { $count } kontoer bruker den. Det de har, blir på telefonene og hentes eller skrives ikke tilbake lenger.
}
