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
connection-name = Navn (små bokstaver, tall, bindestrek)
connection-url = Adresse
connection-log-in = Hvem som logger på
connection-who-organisation = Én pålogging for alle, oppgitt her
connection-who-user = Hver bruker med sin egen
connection-token = Token
connection-user = Brukernavn
connection-password = Passord
connection-token-url = Hvor et token hentes (OAuth)
connection-client-id = Klient-id
connection-client-secret = Klienthemmelighet
connection-scope = Omfang (scope)
connection-hook-key = Nøkkel som signerer varslene
connection-classes = Hva som synkroniseres
connection-directory = Søk i bedriftskatalogen der
connection-verify = Sertifikatet må være klarert
connection-every = Mellom hver henting, som 15m
connection-tokens = Brukerne logger på med tilgangstoken
connection-master-separator = Mellom bruker og hovedbruker
connection-folders = Hvilke mapper
connection-folders-all = Alle
connection-folders-subscribed = De man abonnerer på
connection-smtp = Hvor e-post leveres, som smtps://mail.example
connection-smtp-log-in = Hvem som leverer den
connection-smtp-same = Den som leser den
connection-smtp-none = Ingen logger på
connection-smtp-user = Brukernavn for sending
connection-smtp-password = Passord for sending
connection-kind-http-api = Hentekontrakten (HTTP og JSON)
connection-kind-dav = CalDAV og CardDAV
connection-kind-imap = E-posttjener (IMAP og SMTP)
connection-kind-mailbox = E-post lagret her, uten e-posttjener
connection-kind-local = Bare lagret her
connection-class-email = e-post
connection-class-calendar = kalender
connection-class-contacts = kontakter
connection-class-tasks = oppgaver
connection-class-notes = notater
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
