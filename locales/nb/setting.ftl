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

menu-my-phones = Telefonene mine
menu-setup = Sett opp en telefon
overview-data = Dette har serveren
state-off = Ikke i bruk
state-ailing = Har trøbbel

# Phones.
phones-title = Telefonene mine
phones-back = Til alle telefonene
phone-quarantined = Venter på administratoren
phone-silent = Stille
phone-about = Telefon
phone-last = Sist sett
phone-first = Første gang
phone-folders = Dette synkroniserer den
phone-acts = Hva du kan gjøre
folder-there = Har alt
folder-behind = Noe venter
folder-resync = Hent på nytt
folder-resync-of = Hent { $name } på nytt
problem-blocked = Administratoren har sperret denne telefonen. Den får ingenting.
problem-quarantined = Telefonen er ny, og administratoren har ikke godkjent den ennå.
problem-silent = Telefonen har ikke vært her på mer enn et døgn. Er den på, har den nett, og er passordet riktig?
problem-no-folders = Telefonen har logget inn, men ikke hentet noe ennå.
problem-wiped = Telefonen har slettet det den ble bedt om å slette.
problem-aside =
    { $count ->
        [one] { $count } element kan ikke sendes til denne telefonen slik det er.
       *[other] { $count } elementer kan ikke sendes til denne telefonen slik de er.
    }
order-waiting = Venter på at telefonen spør neste gang.
order-under-way = Henter på nytt: { $done } av { $of } mapper er framme.
order-done = Ferdig.
order-late = Telefonen gjorde det ikke i tide.
act-confirm = Ja, gjør det
act-resync = Hent alt på nytt
act-resync-title = Skal { $name } hente alt på nytt?
act-resync-help = Alt som er synkronisert til telefonen, fjernes der og erstattes av det serveren har. Det som ble laget eller endret på telefonen etter siste vellykkede synkronisering, går tapt. Anbefales bare når mye skal rettes på en gang.
act-sign-out = Logg av telefonen
act-sign-out-title = Logge av { $name }?
act-sign-out-help = Telefonen glemmes her. Det som er på den, blir liggende til kontoen fjernes på telefonen. Har den fortsatt passordet, kommer den tilbake som ny.
act-wipe-account = Slett kontoen på telefonen
act-wipe-account-title = Slette denne kontoen på { $name }?
act-wipe-account-help = Neste gang telefonen spør, fjerner den denne kontoen og alt som hører til. Resten av telefonen røres ikke. Det kan ikke angres.
act-wipe-device = Slett hele telefonen
act-wipe-device-title = Slette alt på { $name }?
act-wipe-device-help = Neste gang telefonen spør, sletter den alt som er på den, også bilder og private ting. Bare for en telefon som er borte. Det kan ikke angres.
done-resync = Telefonen henter på nytt når den spør neste gang.
done-sign-out = Telefonen er logget av.
done-wipe-account = Kontoen slettes på telefonen når den spør neste gang.
done-wipe-device = Telefonen sletter alt når den spør neste gang.
done-other = Gjort.
reason-not-allowed = Det har administratoren slått av.
reason-no-partnership = Telefonen synkroniserer ikke det.
reason-under-way = Telefonen holder på med noe annet den ble bedt om.
reason-offline = Telefonen har ikke vært her på mer enn et døgn.
reason-kept-out = Telefonen slippes ikke inn.
reason-too-old = Telefonen forstår ikke det.
reason-already = Det er slik allerede.

# Setting up a phone.
setup-title = Sett opp en telefon
setup-lead = De fleste finner resten selv når de får adressen og passordet. Ellers er dette verdiene.
setup-plain = Du ser denne siden uten kryptering. En telefon trenger adressen som begynner med https, og serverens navn i den.
setup-values = Verdier
setup-kind = Kontotype
setup-email = E-postadresse
setup-server = Server
setup-domain = Domene
setup-domain-value = brukes ikke, la det stå tomt
setup-password-value = det samme som her
setup-secure = Sikker tilkobling (SSL)
setup-secure-value = ja, vanlig port
setup-code = Ta bilde av dette med telefonen for å åpne siden der.
setup-code-label = QR-kode for { $address }
setup-families = Slik gjør du det
setup-profile = Installer profilen
setup-apple = Åpne denne siden på telefonen og installer profilen; telefonen spør bare om passordet. Eller: Innstillinger, Mail, Kontoer, Legg til konto, Microsoft Exchange, og velg å konfigurere manuelt.
setup-android = Innstillinger, Kontoer, Legg til konto, Exchange (hos Samsung også «Microsoft Exchange ActiveSync»). Skriv adressen og passordet; velg manuelt oppsett hvis serveren ikke finnes av seg selv.
setup-outlook-mobile = Legg til konto, skriv adressen, velg Exchange som leverandør, slå på avanserte innstillinger og skriv serveren.
setup-outlook = Legg til konto, Avanserte alternativer, «La meg konfigurere kontoen manuelt», Exchange ActiveSync.
setup-thunderbird = Installer tilleggene TbSync og Provider for Exchange ActiveSync, og legg til en konto med egen konfigurasjon.
setup-nokia = Menyen Mail for Exchange, ny profil: server, sikker tilkobling ja, standardport ja, domene tomt. Les valgene for kalender, oppgaver og kontakter nøye før første synkronisering.
setup-parallel = Ikke synkroniser telefonen med et annet program ved siden av, for eksempel PC Suite: det gir dobbelte og tapte elementer.
menu-absence = Fraværsmelding
absence-title = Fraværsmelding
absence-lead = De som skriver til deg imens, får svar én gang i uken. Telefonene dine viser den samme innstillingen.
absence-when = Når
absence-now = På nå
absence-off = Av
absence-on = På, til jeg slår den av
absence-between = På fra ett tidspunkt til et annet
absence-start = Fra
absence-end = Til
absence-tell-internal = Svar kolleger
absence-internal = Det kolleger får vite
absence-tell-external = Svar alle andre
absence-external = Det alle andre får vite
absence-times-wrong = Oppgi fra når og til når.
absence-set = Lagret.
menu-services = Hva som synkroniseres
services-title = Hva som synkroniseres
services-lead = Det du utelater, blir ikke hentet, telefonene dine får ikke vite om det, og det som var hentet, fjernes her. Der det kom fra, blir det værende, og det kommer tilbake når du velger det igjen.
services-shared = Delte kalendere
services-directory = Firmakatalog
services-closed = Organisasjonen din bruker det ikke.
services-items =
    { $count ->
        [one] { $count } element er hentet
       *[other] { $count } elementer er hentet
    }
services-set = Lagret. Telefonene ser det neste gang de spør.
services-confirm-title = Utelate dette?
services-confirm-lead = Dette fjernes her og fra telefonene dine. Der det kom fra, blir det værende. Det du har skrevet på en telefon og som ennå ikke er sendt dit, sendes først.
services-confirm-button = Ja, utelat det
unread-heading = Kan ikke leses
unread-help = Disse kom fra baksystemet og kan ikke leses slik de er. Alt annet synkroniseres likevel.
unread-again = Det leses en gang til.
moment-title = Alt slik det var
moment-help = Det som er endret eller slettet siden et tidspunkt, blir slik det var da, også på telefonene og i baksystemet. Det som er laget siden, blir værende.
moment-class = Hva
moment-at = Slik det var
moment-next = Neste
moment-wrong = Oppgi et tidspunkt som har vært.
moment-too-early = Noe så gammelt er ikke tatt vare på lenger.
moment-none = Ingenting er endret eller slettet siden da.
moment-lead = Dette tas tilbake til det som var. Det som erstattes, kan gjenopprettes igjen.
moment-count =
    { $count ->
        [one] { $count } element
       *[other] { $count } elementer
    }
moment-button = Ta det tilbake
moment-done =
    { $count ->
        [one] { $count } element er slik det var. Telefonene får det ved neste synkronisering.
       *[other] { $count } elementer er slik de var. Telefonene får dem ved neste synkronisering.
    }
choice-heading = Når begge sider har endret det samme
choice-help = Versjonen som taper, er ikke borte: den kan gjenopprettes.
choice-organisation = Slik organisasjonen har det
choice-set = Lagret. Det gjelder straks.
