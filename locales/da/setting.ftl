# /setting, the user's pages.
menu-overview = Oversigt
menu-account = Min konto
act-save = Gem

overview-title = Hej, { $name }
overview-phones = Mine telefoner
overview-no-phones = Ingen telefon har været her endnu.
phone-seen = Sidst set { $time }
phone-blocked = Spærret
phone-served = Synkroniserer

account-title = Min konto
zone-heading = Tidszone
zone-help = Heldagsbegivenheder og frister begynder og slutter efter denne zone, og tider på disse sider vises i den.
zone-label = Zone
zone-unknown = »{ $zone }« er ingen tidszone. Skriv for eksempel Europe/Copenhagen.
zone-set = Tidszonen er { $zone }.
password-heading = Adgangskode
password-help = Den gælder her og på dine telefoner. Efter et skift spørger hver telefon efter den nye.
password-present = Nuværende adgangskode
password-new = Ny adgangskode
password-new-help = Mindst 10 tegn.
password-repeated = Ny adgangskode en gang til
password-button = Skift adgangskode
password-differs = De to nye adgangskoder er ikke ens.
password-short = Den nye adgangskode er for kort: den skal have mindst 10 tegn.
password-wrong = Den nuværende adgangskode er forkert.
password-set = Adgangskoden er skiftet, og du er logget ud alle andre steder.
sessions-heading = Her er du logget ind
session-times = Siden { $since }, sidst brugt { $seen }
session-this = Denne browser
sessions-end = Log ud alle steder

menu-connections = Forbindelser
menu-me = Konto
act-cancel = Annuller

class-email = E-mail
class-calendar = Kalender
class-contacts = Kontakter
class-tasks = Opgaver
class-notes = Noter
folder-inbox = Indbakke
folder-drafts = Kladder
folder-deleted = Slettet post
folder-sent = Sendt post
folder-outbox = Udbakke

# A connection.
connection-log-in = Log ind hos { $title }
connection-log-in-help = Brugernavnet og adgangskoden, du har hos { $title }, ikke dem til mailen. De prøves, før de gemmes, og gemmes krypteret.
connection-user = Brugernavn
connection-password = Adgangskode
connection-create = Opret adgang
connection-empty = Skriv både brugernavn og adgangskode.
connection-refused = Ikke gemt: { $reason }
connection-created = Adgangen til { $title } er oprettet. Den første synkronisering starter nu.
connection-untried = Gemt, men ikke prøvet: { $reason }
connection-paused = Intet hentes længere: log-ind blev afvist. Giv det igen herunder.
connection-ails = Der er noget i vejen. Det prøves igen af sig selv.
connection-state = Status
state-paused = Standset
state-waiting = Venter på første synkronisering
state-working = I drift
connection-identity = Firma
connection-first-due = Første synkronisering
connection-due = Næste hentning
connection-last = Sidst hentet
connection-pulled =
    { $count ->
        [one] { $count } ændret element
       *[other] { $count } ændrede elementer
    }
connection-errors =
    { $count ->
        [one] { $count } fejl
       *[other] { $count } fejl
    }
connection-owed = Venter på at blive sendt dertil
connection-brought = Det, der er hentet
connection-pull = Hent nu
connection-asked = Det hentes nu.
connection-remove = Fjern adgang
connection-remove-title = Fjern adgangen til { $title }?
connection-remove-lead = Dette fjernes her og fra dine telefoner. Der, hvor det kommer fra, bliver det.
connection-remove-nothing = Intet er hentet derfra.
connection-remove-items =
    { $count ->
        [one] { $count } element
       *[other] { $count } elementer
    }
connection-remove-owed =
    { $count ->
        [one] { $count } ændring fra telefonen er ikke sendt dertil endnu og går tabt.
       *[other] { $count } ændringer fra telefonen er ikke sendt dertil endnu og går tabt.
    }
connection-removed = Adgangen til { $title } er fjernet.
connection-chosen = Nu bruges { $name }. Det hentes forfra.
connection-shared-soon = Firmaet har ét log-ind for alle her. Den første synkronisering kommer af sig selv.
identity-heading = Vælg firma
identity-help = Det, du har hentet fra det nuværende firma, fjernes her og på telefonerne og hentes fra det nye.
identity-button = Brug dette firma
first-sync-empty = Serveren har ingen kontakter endnu.
first-sync-advice = Hvis telefonen spørger, hvad den skal gøre ved første synkronisering, så vælg »Behold«. Med »Slet elementer på telefonen« erstattes telefonens kontakter med det, serveren har.
first-sync-count =
    { $count ->
        [one] Serveren har { $count } kontakt.
       *[other] Serveren har { $count } kontakter.
    }

menu-phones = Telefoner og data
menu-log = Synkroniseringslog
menu-history = Gendan

search-label = Søg
search-show = Vis
search-button = Søg
page-older = Ældre
item-untitled = (uden titel)
item-unknown = (element)

# The log.
log-title = Synkroniseringslog
log-lead = Hvad der kom fra og gik til dine forbindelser, og hvad der ikke blev godtaget.
log-all = Alt
log-trouble = Det, der ikke gik
log-out = Sendt dertil
log-in = Hentet derfra
log-pulls = Hentninger
log-none = Intet her.
log-time = Tid
log-connection = Forbindelse
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
outcome-accepted = Godtaget
outcome-conflict = Konflikt
outcome-refused = Afvist
outcome-later = Prøves igen
outcome-aside = Lagt til side
aside-heading = Lagt til side
aside-help = Dette kan en telefon ikke få, som det er. Alt andet synkroniseres alligevel.
aside-button = Prøv igen
aside-again = Det sendes til telefonen igen.

# What was.
history-title = Gendan
history-lead = Kontakter, begivenheder, opgaver og noter, der er ændret eller slettet, også fra en telefon. De findes i 30 dage, hvis administratoren ikke har valgt andet.
history-all = Alt
history-deleted = Slettet
history-lost = Konflikter
history-none = Intet er ændret eller slettet.
history-is-lost = Tabte en konflikt
history-is-deleted = Slettet
history-is-changed = Ændret
history-back = Til alt, der er ændret
item-now = Sådan er det nu
item-deleted = Slettet; sådan var det sidst
item-since = siden { $time }
item-until = Som det var indtil { $time }
item-lost = Det den anden side havde { $time }
item-take = Tag denne i stedet
item-restore = Gendan
item-no-versions = Ingen tidligere version findes længere.
restored = Gendannet. Telefonerne får det ved næste synkronisering.
restored-same = Sådan er det allerede.
restored-gone = Den version findes ikke længere.
restored-read-only = Denne mappe kan du kun læse.
fact-name = Navn
fact-title = Titel
fact-start = Start
fact-zone = Tidszone
fact-duration = Varighed
fact-place = Sted
fact-people = Deltagere
fact-text = Tekst
fact-status = Status
fact-due = Frist
fact-priority = Prioritet
fact-company = Firma
fact-job = Stilling
fact-phone = Telefon
fact-email = E-mail
fact-address = Adresse
fact-day = Dag

menu-my-phones = Mine telefoner
menu-setup = Opsæt en telefon
overview-data = Dette har serveren
state-off = Ikke i brug
state-ailing = Har problemer

# Phones.
phones-title = Mine telefoner
phones-back = Til alle telefonerne
phone-quarantined = Venter på administratoren
phone-silent = Stille
phone-about = Telefon
phone-last = Sidst set
phone-first = Første gang
phone-folders = Dette synkroniserer den
phone-acts = Hvad du kan gøre
folder-there = Har alt
folder-behind = Noget venter
folder-resync = Hent forfra
folder-resync-of = Hent { $name } forfra
problem-blocked = Administratoren har spærret denne telefon. Den får intet.
problem-quarantined = Telefonen er ny, og administratoren har ikke godkendt den endnu.
problem-silent = Telefonen har ikke været her i mere end et døgn. Er den tændt, har den net, og er adgangskoden rigtig?
problem-no-folders = Telefonen har logget ind, men ikke hentet noget endnu.
problem-wiped = Telefonen har slettet det, den blev bedt om at slette.
problem-aside =
    { $count ->
        [one] { $count } element kan ikke sendes til denne telefon, som det er.
       *[other] { $count } elementer kan ikke sendes til denne telefon, som de er.
    }
order-waiting = Venter på, at telefonen spørger næste gang.
order-under-way = Henter forfra: { $done } af { $of } mapper er fremme.
order-done = Færdig.
order-late = Telefonen gjorde det ikke i tide.
act-confirm = Ja, gør det
act-resync = Hent alt forfra
act-resync-title = Skal { $name } hente alt forfra?
act-resync-help = Alt, der er synkroniseret til telefonen, fjernes der og erstattes af det, serveren har. Det, der blev lavet eller ændret på telefonen efter sidste vellykkede synkronisering, går tabt. Anbefales kun, når meget skal rettes på én gang.
act-sign-out = Log telefonen af
act-sign-out-title = Log { $name } af?
act-sign-out-help = Telefonen glemmes her. Det, der er på den, bliver liggende, til kontoen fjernes på telefonen. Har den stadig adgangskoden, kommer den tilbage som ny.
act-wipe-account = Slet kontoen på telefonen
act-wipe-account-title = Slet denne konto på { $name }?
act-wipe-account-help = Næste gang telefonen spørger, fjerner den denne konto og alt, der hører til. Resten af telefonen røres ikke. Det kan ikke fortrydes.
act-wipe-device = Slet hele telefonen
act-wipe-device-title = Slet alt på { $name }?
act-wipe-device-help = Næste gang telefonen spørger, sletter den alt på den, også billeder og private ting. Kun til en telefon, der er væk. Det kan ikke fortrydes.
done-resync = Telefonen henter forfra, når den spørger næste gang.
done-sign-out = Telefonen er logget af.
done-wipe-account = Kontoen slettes på telefonen, når den spørger næste gang.
done-wipe-device = Telefonen sletter alt, når den spørger næste gang.
done-other = Gjort.
reason-not-allowed = Det har administratoren slået fra.
reason-no-partnership = Telefonen synkroniserer ikke det.
reason-under-way = Telefonen er i gang med noget andet, den blev bedt om.
reason-offline = Telefonen har ikke været her i mere end et døgn.
reason-kept-out = Telefonen lukkes ikke ind.
reason-too-old = Telefonen forstår ikke det.
reason-already = Sådan er det allerede.

# Setting up a phone.
setup-title = Opsæt en telefon
setup-lead = De fleste finder resten selv, når de får adressen og adgangskoden. Ellers er dette værdierne.
setup-plain = Du ser denne side uden kryptering. En telefon skal bruge adressen, der begynder med https, og serverens navn i den.
setup-values = Værdier
setup-kind = Kontotype
setup-email = E-mailadresse
setup-server = Server
setup-domain = Domæne
setup-domain-value = bruges ikke, lad det stå tomt
setup-password-value = den samme som her
setup-secure = Sikker forbindelse (SSL)
setup-secure-value = ja, almindelig port
setup-code = Tag et billede af dette med telefonen for at åbne siden der.
setup-code-label = QR-kode til { $address }
setup-families = Sådan gør du
setup-profile = Installer profilen
setup-apple = Åbn denne side på telefonen, og installer profilen; telefonen spørger kun om adgangskoden. Eller: Indstillinger, Mail, Konti, Tilføj konto, Microsoft Exchange, og vælg at konfigurere manuelt.
setup-android = Indstillinger, Konti, Tilføj konto, Exchange (hos Samsung også »Microsoft Exchange ActiveSync«). Skriv adressen og adgangskoden; vælg manuel opsætning, hvis serveren ikke findes af sig selv.
setup-outlook-mobile = Tilføj konto, skriv adressen, vælg Exchange som udbyder, slå avancerede indstillinger til, og skriv serveren.
setup-outlook = Tilføj konto, Avancerede indstillinger, »Lad mig konfigurere min konto manuelt«, Exchange ActiveSync.
setup-thunderbird = Installer tilføjelserne TbSync og Provider for Exchange ActiveSync, og tilføj en konto med egen konfiguration.
setup-nokia = Menuen Mail for Exchange, ny profil: server, sikker forbindelse ja, standardport ja, domæne tomt. Læs valgene for kalender, opgaver og kontakter nøje før første synkronisering.
setup-parallel = Synkroniser ikke telefonen med et andet program ved siden af, for eksempel PC Suite: det giver dobbelte og tabte elementer.
menu-absence = Fraværsbesked
absence-title = Fraværsbesked
absence-lead = De som skriver til dig imens, får svar én gang om ugen. Dine telefoner viser den samme indstilling.
absence-when = Hvornår
absence-now = Til nu
absence-off = Fra
absence-on = Til, indtil jeg slår den fra
absence-between = Til fra ét tidspunkt til et andet
absence-start = Fra
absence-end = Til
absence-tell-internal = Svar kolleger
absence-internal = Hvad kolleger får at vide
absence-tell-external = Svar alle andre
absence-external = Hvad alle andre får at vide
absence-times-wrong = Angiv fra hvornår og til hvornår.
absence-set = Gemt.
menu-services = Hvad der synkroniseres
services-title = Hvad der synkroniseres
services-lead = Det, du udelader, bliver ikke hentet, dine telefoner får det ikke at vide, og det, der var hentet, fjernes her. Hvor det kom fra, bliver det liggende, og det kommer tilbage, når du vælger det igen.
services-shared = Delte kalendere
services-directory = Firmakatalog
services-closed = Din organisation bruger det ikke.
services-items =
    { $count ->
        [one] { $count } element er hentet
       *[other] { $count } elementer er hentet
    }
services-set = Gemt. Telefonerne ser det, næste gang de spørger.
services-confirm-title = Udelade dette?
services-confirm-lead = Dette fjernes her og fra dine telefoner. Hvor det kom fra, bliver det liggende. Det, du har skrevet på en telefon, og som endnu ikke er sendt dertil, sendes først.
services-confirm-button = Ja, udelad det
unread-heading = Kan ikke læses
unread-help = Disse kom fra forretningssystemet og kan ikke læses, som de er. Alt andet synkroniseres alligevel.
unread-again = Det læses en gang til.
moment-title = Alt som det var
moment-help = Det, der er ændret eller slettet siden et tidspunkt, bliver, som det var dengang, også på telefonerne og i forretningssystemet. Det, der er lavet siden, bliver.
moment-class = Hvad
moment-at = Som det var
moment-next = Næste
moment-wrong = Angiv et tidspunkt, der har været.
moment-too-early = Noget så gammelt gemmes ikke længere.
moment-none = Intet er ændret eller slettet siden.
moment-lead = Dette tages tilbage til, hvad det var. Det, der erstattes, kan gendannes igen.
moment-count =
    { $count ->
        [one] { $count } element
       *[other] { $count } elementer
    }
moment-button = Tag det tilbage
moment-done =
    { $count ->
        [one] { $count } element er, som det var. Telefonerne får det ved næste synkronisering.
       *[other] { $count } elementer er, som de var. Telefonerne får dem ved næste synkronisering.
    }
choice-heading = Når begge sider har ændret det samme
choice-help = Den version, der taber, er ikke væk: den kan gendannes.
choice-organisation = Som organisationen har det
choice-set = Gemt. Det gælder straks.
