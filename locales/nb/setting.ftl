# /setting, the user's pages.
menu-overview = Oversikt
menu-account = Kontoen min
act-save = Lagre

overview-title = Hei, { $name }
overview-phones = Telefonene mine
overview-no-phones = Ingen telefon har vært her ennå.
phone-seen = Sist sett { $time }
phone-blocked = Sperret
phone-served = Synkroniserer

account-title = Kontoen min
zone-heading = Tidssone
zone-help = Heldagshendelser og frister begynner og slutter etter denne sonen, og tider på disse sidene vises i den.
zone-label = Sone
zone-unknown = «{ $zone }» er ingen tidssone. Skriv for eksempel Europe/Oslo.
zone-set = Tidssonen er { $zone }.
password-heading = Passord
password-help = Det gjelder her og på telefonene dine. Etter et bytte ber hver telefon om det nye.
password-present = Nåværende passord
password-new = Nytt passord
password-new-help = Minst 10 tegn.
password-repeated = Nytt passord en gang til
password-button = Bytt passord
password-differs = De to nye passordene er ikke like.
password-short = Det nye passordet er for kort: det trenger minst 10 tegn.
password-wrong = Det nåværende passordet er feil.
password-set = Passordet er byttet, og du er logget ut alle andre steder.
sessions-heading = Her er du logget inn
session-times = Siden { $since }, sist brukt { $seen }
session-this = Denne nettleseren
sessions-end = Logg ut overalt

menu-connections = Tilkoblinger
menu-me = Konto
act-cancel = Avbryt

class-email = E-post
class-calendar = Kalender
class-contacts = Kontakter
class-tasks = Oppgaver
class-notes = Notater
folder-inbox = Innboks
folder-drafts = Kladd
folder-deleted = Slettet
folder-sent = Sendt
folder-outbox = Utboks

# A connection.
connection-log-in = Logg inn hos { $title }
connection-log-in-help = Brukernavnet og passordet du har hos { $title }, ikke dem for e-posten. De prøves før de lagres, og lagres kryptert.
connection-user = Brukernavn
connection-password = Passord
connection-create = Opprett tilgang
connection-empty = Skriv både brukernavn og passord.
connection-refused = Ikke lagret: { $reason }
connection-created = Tilgangen til { $title } er opprettet. Den første synkroniseringen starter nå.
connection-untried = Lagret, men ikke prøvd: { $reason }
connection-paused = Ingenting hentes lenger: innloggingen ble avvist. Gi den på nytt nedenfor.
connection-ails = Det er noe i veien. Det prøves igjen av seg selv.
connection-state = Status
state-paused = Stanset
state-waiting = Venter på første synkronisering
state-working = I drift
connection-identity = Firma
connection-first-due = Første synkronisering
connection-due = Neste henting
connection-last = Sist hentet
connection-pulled =
    { $count ->
        [one] { $count } endret element
       *[other] { $count } endrede elementer
    }
connection-errors =
    { $count ->
        [one] { $count } feil
       *[other] { $count } feil
    }
connection-owed = Venter på å bli sendt dit
connection-brought = Det som er hentet
connection-pull = Hent nå
connection-asked = Det hentes nå.
connection-remove = Fjern tilgang
connection-remove-title = Fjerne tilgangen til { $title }?
connection-remove-lead = Dette fjernes her og fra telefonene dine. Der det kommer fra, blir det værende.
connection-remove-nothing = Ingenting er hentet derfra.
connection-remove-items =
    { $count ->
        [one] { $count } element
       *[other] { $count } elementer
    }
connection-remove-owed =
    { $count ->
        [one] { $count } endring fra telefonen er ikke sendt dit ennå og går tapt.
       *[other] { $count } endringer fra telefonen er ikke sendt dit ennå og går tapt.
    }
connection-removed = Tilgangen til { $title } er fjernet.
connection-chosen = Nå brukes { $name }. Det hentes på nytt.
connection-shared-soon = Firmaet har én innlogging for alle her. Den første synkroniseringen kommer av seg selv.
identity-heading = Velg firma
identity-help = Det du har hentet fra det nåværende firmaet, fjernes her og på telefonene og hentes fra det nye.
identity-button = Bruk dette firmaet
first-sync-empty = Serveren har ingen kontakter ennå.
first-sync-advice = Spør telefonen hva den skal gjøre ved første synkronisering, velg «Behold». Med «Slett elementer på telefonen» erstattes kontaktene på telefonen med det serveren har.
first-sync-count =
    { $count ->
        [one] Serveren har { $count } kontakt.
       *[other] Serveren har { $count } kontakter.
    }

menu-phones = Telefoner og data
menu-log = Synkroniseringslogg
menu-history = Hent tilbake

search-label = Søk
search-show = Vis
search-button = Søk
page-older = Eldre
item-untitled = (uten tittel)
item-unknown = (element)

# The log.
log-title = Synkroniseringslogg
log-lead = Hva som kom fra og gikk til tilkoblingene dine, og hva som ikke ble godtatt.
log-all = Alt
log-trouble = Det som ikke gikk
log-out = Sendt dit
log-in = Hentet derfra
log-pulls = Hentinger
log-none = Ingenting her.
log-time = Tid
log-connection = Tilkobling
log-result = Resultat
log-removed =
    { $count ->
        [one] { $count } fjernet
       *[other] { $count } fjernet
    }
log-conflicts =
    { $count ->
        [one] { $count } konflikt
       *[other] { $count } konflikter
    }
log-to = til { $connection }
log-from = fra { $connection }
outcome-accepted = Godtatt
outcome-conflict = Konflikt
outcome-refused = Avvist
outcome-later = Prøves igjen
outcome-aside = Lagt til side
aside-heading = Lagt til side
aside-help = Dette kan en telefon ikke få slik det er. Alt annet synkroniseres likevel.
aside-button = Prøv igjen
aside-again = Det sendes til telefonen igjen.

# What was.
history-title = Hent tilbake
history-lead = Kontakter, avtaler, oppgaver og notater som er endret eller slettet, også fra en telefon. De finnes i 30 dager, om ikke administratoren har valgt noe annet.
history-all = Alt
history-deleted = Slettet
history-lost = Konflikter
history-none = Ingenting er endret eller slettet.
history-is-lost = Tapte en konflikt
history-is-deleted = Slettet
history-is-changed = Endret
history-back = Til alt som er endret
item-now = Slik er det nå
item-deleted = Slettet; slik var det sist
item-since = siden { $time }
item-until = Slik det var fram til { $time }
item-lost = Det den andre siden hadde { $time }
item-take = Ta denne i stedet
item-restore = Hent tilbake
item-no-versions = Ingen tidligere versjon finnes lenger.
restored = Hentet tilbake. Telefonene får det ved neste synkronisering.
restored-same = Det er slik allerede.
restored-gone = Den versjonen finnes ikke lenger.
restored-read-only = Denne mappen kan du bare lese.
fact-name = Navn
fact-title = Tittel
fact-start = Start
fact-zone = Tidssone
fact-duration = Varighet
fact-place = Sted
fact-people = Deltakere
fact-text = Tekst
fact-status = Status
fact-due = Frist
fact-priority = Prioritet
fact-company = Firma
fact-job = Stilling
fact-phone = Telefon
fact-email = E-post
fact-address = Adresse
fact-day = Dag
