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

menu-my-phones = Mina telefoner
menu-setup = Konfigurera en telefon
overview-data = Detta har servern
state-off = Används inte
state-ailing = Har problem

# Phones.
phones-title = Mina telefoner
phones-back = Till alla telefoner
phone-quarantined = Väntar på administratören
phone-silent = Tyst
phone-about = Telefon
phone-last = Senast sedd
phone-first = Första gången
phone-folders = Detta synkroniserar den
phone-acts = Vad du kan göra
folder-there = Har allt
folder-behind = Något väntar
folder-resync = Hämta på nytt
folder-resync-of = Hämta { $name } på nytt
problem-blocked = Administratören har spärrat den här telefonen. Den får inget.
problem-quarantined = Telefonen är ny, och administratören har inte godkänt den än.
problem-silent = Telefonen har inte varit här på mer än ett dygn. Är den på, har den nät, och är lösenordet rätt?
problem-no-folders = Telefonen har loggat in, men inte hämtat något än.
problem-wiped = Telefonen har raderat det den ombads radera.
problem-aside =
    { $count ->
        [one] { $count } objekt kan inte skickas till den här telefonen som det är.
       *[other] { $count } objekt kan inte skickas till den här telefonen som de är.
    }
order-waiting = Väntar på att telefonen frågar nästa gång.
order-under-way = Hämtar på nytt: { $done } av { $of } mappar är framme.
order-done = Klart.
order-late = Telefonen gjorde det inte i tid.
act-confirm = Ja, gör det
act-resync = Hämta allt på nytt
act-resync-title = Ska { $name } hämta allt på nytt?
act-resync-help = Allt som synkroniserats till telefonen tas bort där och ersätts av det som servern har. Det som skapats eller ändrats på telefonen efter den senaste lyckade synkroniseringen går förlorat. Rekommenderas bara när mycket ska rättas på en gång.
act-sign-out = Logga ut telefonen
act-sign-out-title = Logga ut { $name }?
act-sign-out-help = Telefonen glöms här. Det som finns på den ligger kvar tills kontot tas bort på telefonen. Har den fortfarande lösenordet kommer den tillbaka som ny.
act-wipe-account = Radera kontot på telefonen
act-wipe-account-title = Radera det här kontot på { $name }?
act-wipe-account-help = Nästa gång telefonen frågar tar den bort det här kontot och allt som hör till. Resten av telefonen rörs inte. Det går inte att ångra.
act-wipe-device = Radera hela telefonen
act-wipe-device-title = Radera allt på { $name }?
act-wipe-device-help = Nästa gång telefonen frågar raderar den allt som finns på den, också bilder och privata saker. Bara för en telefon som är borta. Det går inte att ångra.
done-resync = Telefonen hämtar på nytt när den frågar nästa gång.
done-sign-out = Telefonen är utloggad.
done-wipe-account = Kontot raderas på telefonen när den frågar nästa gång.
done-wipe-device = Telefonen raderar allt när den frågar nästa gång.
done-other = Klart.
reason-not-allowed = Det har administratören stängt av.
reason-no-partnership = Telefonen synkroniserar inte det.
reason-under-way = Telefonen håller på med något annat den ombads göra.
reason-offline = Telefonen har inte varit här på mer än ett dygn.
reason-kept-out = Telefonen släpps inte in.
reason-too-old = Telefonen förstår inte det.
reason-already = Det är redan så.

# Setting up a phone.
setup-title = Konfigurera en telefon
setup-lead = De flesta hittar resten själva när de får adressen och lösenordet. Annars är detta värdena.
setup-plain = Du ser den här sidan utan kryptering. En telefon behöver adressen som börjar med https, och serverns namn i den.
setup-values = Värden
setup-kind = Kontotyp
setup-email = E-postadress
setup-server = Server
setup-domain = Domän
setup-domain-value = används inte, lämna tomt
setup-password-value = samma som här
setup-secure = Säker anslutning (SSL)
setup-secure-value = ja, vanlig port
setup-code = Fotografera detta med telefonen för att öppna sidan där.
setup-code-label = QR-kod för { $address }
setup-families = Så gör du
setup-profile = Installera profilen
setup-apple = Öppna den här sidan på telefonen och installera profilen; telefonen frågar bara efter lösenordet. Eller: Inställningar, Mail, Konton, Lägg till konto, Microsoft Exchange, och välj att konfigurera manuellt.
setup-android = Inställningar, Konton, Lägg till konto, Exchange (hos Samsung även ”Microsoft Exchange ActiveSync”). Skriv adressen och lösenordet; välj manuell konfiguration om servern inte hittas av sig själv.
setup-outlook-mobile = Lägg till konto, skriv adressen, välj Exchange som leverantör, slå på avancerade inställningar och skriv servern.
setup-outlook = Lägg till konto, Avancerade alternativ, ”Låt mig konfigurera kontot manuellt”, Exchange ActiveSync.
setup-thunderbird = Installera tilläggen TbSync och Provider for Exchange ActiveSync, och lägg till ett konto med egen konfiguration.
setup-nokia = Menyn Mail for Exchange, ny profil: server, säker anslutning ja, standardport ja, domän tomt. Läs valen för kalender, uppgifter och kontakter noga före första synkroniseringen.
setup-parallel = Synkronisera inte telefonen med ett annat program vid sidan av, till exempel PC Suite: det ger dubbla och förlorade objekt.
menu-absence = Frånvaro
absence-title = Frånvaromeddelande
absence-lead = De som skriver till dig under tiden får svar en gång i veckan. Dina telefoner visar samma inställning.
absence-when = När
absence-now = På nu
absence-off = Av
absence-on = På, tills jag stänger av det
absence-between = På från en tid till en annan
absence-start = Från
absence-end = Till
absence-tell-internal = Svara kollegor
absence-internal = Vad kollegor får veta
absence-tell-external = Svara alla andra
absence-external = Vad alla andra får veta
absence-times-wrong = Ange från när och till när.
absence-set = Sparat.
menu-services = Vad som synkas
services-title = Vad som synkas
services-lead = Det du utelämnar hämtas inte, dina telefoner får inte veta om det och det som hämtats tas bort här. Där det kom ifrån finns det kvar, och det kommer tillbaka när du väljer det igen.
services-shared = Delade kalendrar
services-directory = Företagskatalog
services-closed = Din organisation använder det inte.
services-items =
    { $count ->
        [one] { $count } objekt är hämtat
       *[other] { $count } objekt är hämtade
    }
services-set = Sparat. Telefonerna ser det nästa gång de frågar.
services-confirm-title = Utelämna detta?
services-confirm-lead = Detta tas bort här och från dina telefoner. Där det kom ifrån finns det kvar. Det du skrivit på en telefon och som ännu inte skickats dit skickas först.
services-confirm-button = Ja, utelämna det
unread-heading = Kan inte läsas
unread-help = Dessa kom från affärssystemet och kan inte läsas som de är. Allt annat synkas ändå.
unread-again = Det läses en gång till.
moment-title = Allt som det var
moment-help = Det som ändrats eller raderats sedan en tidpunkt blir som det var då, även på telefonerna och i affärssystemet. Det som skapats sedan dess finns kvar.
moment-class = Vad
moment-at = Som det var
moment-next = Nästa
moment-wrong = Ange en tidpunkt som har varit.
moment-too-early = Något så gammalt finns inte kvar längre.
moment-none = Inget har ändrats eller raderats sedan dess.
moment-lead = Detta tas tillbaka till vad det var. Det som ersätts kan återställas igen.
moment-count =
    { $count ->
        [one] { $count } objekt
       *[other] { $count } objekt
    }
moment-button = Ta tillbaka det
moment-done =
    { $count ->
        [one] { $count } objekt är som det var. Telefonerna får det vid nästa synkning.
       *[other] { $count } objekt är som de var. Telefonerna får dem vid nästa synkning.
    }
choice-heading = När båda sidor har ändrat samma sak
choice-help = Versionen som förlorar är inte borta: den kan återställas.
choice-organisation = Som organisationen har det
choice-set = Sparat. Det gäller genast.
