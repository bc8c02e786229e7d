# /setting, the user's pages.
menu-overview = Översikt
menu-account = Mitt konto
act-save = Spara

overview-title = Hej, { $name }
overview-phones = Mina telefoner
overview-no-phones = Ingen telefon har varit här ännu.
phone-seen = Senast sedd { $time }
phone-blocked = Spärrad
phone-served = Synkroniserar

account-title = Mitt konto
zone-heading = Tidszon
zone-help = Heldagshändelser och tidsfrister börjar och slutar enligt den här zonen, och tider på de här sidorna visas i den.
zone-label = Zon
zone-unknown = ”{ $zone }” är ingen tidszon. Skriv till exempel Europe/Stockholm.
zone-set = Tidszonen är { $zone }.
password-heading = Lösenord
password-help = Det gäller här och på dina telefoner. Efter ett byte frågar varje telefon efter det nya.
password-present = Nuvarande lösenord
password-new = Nytt lösenord
password-new-help = Minst 10 tecken.
password-repeated = Nytt lösenord en gång till
password-button = Byt lösenord
password-differs = De två nya lösenorden är inte lika.
password-short = Det nya lösenordet är för kort: det behöver minst 10 tecken.
password-wrong = Det nuvarande lösenordet är fel.
password-set = Lösenordet är bytt, och du är utloggad överallt annars.
sessions-heading = Här är du inloggad
session-times = Sedan { $since }, senast använd { $seen }
session-this = Den här webbläsaren
sessions-end = Logga ut överallt

menu-connections = Anslutningar
menu-me = Konto
act-cancel = Avbryt

class-email = E-post
class-calendar = Kalender
class-contacts = Kontakter
class-tasks = Uppgifter
class-notes = Anteckningar
folder-inbox = Inkorg
folder-drafts = Utkast
folder-deleted = Borttaget
folder-sent = Skickat
folder-outbox = Utkorg

# A connection.
connection-log-in = Logga in hos { $title }
connection-log-in-help = Användarnamnet och lösenordet du har hos { $title }, inte de för e-posten. De prövas innan de sparas, och sparas krypterade.
connection-user = Användarnamn
connection-password = Lösenord
connection-create = Skapa åtkomst
connection-empty = Skriv både användarnamn och lösenord.
connection-refused = Inte sparat: { $reason }
connection-created = Åtkomsten till { $title } är skapad. Den första synkroniseringen börjar nu.
connection-untried = Sparat, men inte prövat: { $reason }
connection-paused = Inget hämtas längre: inloggningen avvisades. Ge den på nytt nedan.
connection-ails = Något är fel. Det prövas igen av sig självt.
connection-state = Status
state-paused = Stoppad
state-waiting = Väntar på första synkroniseringen
state-working = I drift
connection-identity = Företag
connection-first-due = Första synkronisering
connection-due = Nästa hämtning
connection-last = Senast hämtat
connection-pulled =
    { $count ->
        [one] { $count } ändrat objekt
       *[other] { $count } ändrade objekt
    }
connection-errors =
    { $count ->
        [one] { $count } fel
       *[other] { $count } fel
    }
connection-owed = Väntar på att skickas dit
connection-brought = Det som är hämtat
connection-pull = Hämta nu
connection-asked = Det hämtas nu.
connection-remove = Ta bort åtkomst
connection-remove-title = Ta bort åtkomsten till { $title }?
connection-remove-lead = Detta tas bort här och från dina telefoner. Där det kommer ifrån blir det kvar.
connection-remove-nothing = Inget är hämtat därifrån.
connection-remove-items =
    { $count ->
        [one] { $count } objekt
       *[other] { $count } objekt
    }
connection-remove-owed =
    { $count ->
        [one] { $count } ändring från telefonen är inte skickad dit än och går förlorad.
       *[other] { $count } ändringar från telefonen är inte skickade dit än och går förlorade.
    }
connection-removed = Åtkomsten till { $title } är borttagen.
connection-chosen = Nu används { $name }. Det hämtas på nytt.
connection-shared-soon = Företaget har en inloggning för alla här. Den första synkroniseringen kommer av sig själv.
identity-heading = Välj företag
identity-help = Det du har hämtat från det nuvarande företaget tas bort här och på telefonerna och hämtas från det nya.
identity-button = Använd det här företaget
first-sync-empty = Servern har inga kontakter ännu.
first-sync-advice = Om telefonen frågar vad den ska göra vid första synkroniseringen, välj ”Behåll”. Med ”Ta bort objekt på telefonen” ersätts telefonens kontakter med det som servern har.
first-sync-count =
    { $count ->
        [one] Servern har { $count } kontakt.
       *[other] Servern har { $count } kontakter.
    }

menu-phones = Telefoner och data
menu-log = Synkroniseringslogg
menu-history = Återställ

search-label = Sök
search-show = Visa
search-button = Sök
page-older = Äldre
item-untitled = (utan titel)
item-unknown = (objekt)

# The log.
log-title = Synkroniseringslogg
log-lead = Vad som kom från och gick till dina anslutningar, och vad som inte godtogs.
log-all = Allt
log-trouble = Det som inte gick
log-out = Skickat dit
log-in = Hämtat därifrån
log-pulls = Hämtningar
log-none = Inget här.
log-time = Tid
log-connection = Anslutning
log-result = Resultat
log-removed =
    { $count ->
        [one] { $count } borttagen
       *[other] { $count } borttagna
    }
log-conflicts =
    { $count ->
        [one] { $count } konflikt
       *[other] { $count } konflikter
    }
log-to = till { $connection }
log-from = från { $connection }
outcome-accepted = Godtaget
outcome-conflict = Konflikt
outcome-refused = Avvisat
outcome-later = Prövas igen
outcome-aside = Lagt åt sidan
aside-heading = Lagt åt sidan
aside-help = Detta kan en telefon inte få som det är. Allt annat synkroniseras ändå.
aside-button = Försök igen
aside-again = Det skickas till telefonen igen.

# What was.
history-title = Återställ
history-lead = Kontakter, händelser, uppgifter och anteckningar som ändrats eller tagits bort, också från en telefon. De finns i 30 dagar, om administratören inte valt något annat.
history-all = Allt
history-deleted = Borttaget
history-lost = Konflikter
history-none = Inget har ändrats eller tagits bort.
history-is-lost = Förlorade en konflikt
history-is-deleted = Borttaget
history-is-changed = Ändrat
history-back = Till allt som ändrats
item-now = Så är det nu
item-deleted = Borttaget; så var det sist
item-since = sedan { $time }
item-until = Som det var fram till { $time }
item-lost = Vad den andra sidan hade { $time }
item-take = Ta den här i stället
item-restore = Återställ
item-no-versions = Ingen tidigare version finns längre.
restored = Återställt. Telefonerna får det vid nästa synkronisering.
restored-same = Det är redan så.
restored-gone = Den versionen finns inte längre.
restored-read-only = Den här mappen kan du bara läsa.
fact-name = Namn
fact-title = Titel
fact-start = Start
fact-zone = Tidszon
fact-duration = Längd
fact-place = Plats
fact-people = Deltagare
fact-text = Text
fact-status = Status
fact-due = Förfaller
fact-priority = Prioritet
fact-company = Företag
fact-job = Befattning
fact-phone = Telefon
fact-email = E-post
fact-address = Adress
fact-day = Dag
