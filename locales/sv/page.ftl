# Det som står runt varje sida.
page-skip = Hoppa till innehållet
page-menu = Meny
page-language = Språk
page-log-out = Logga ut
page-attention = behöver uppmärksamhet
time-today = i dag { $time }
time-yesterday = i går { $time }

log-in-title = Logga in
log-in-lead = Använd ditt e-postkonto: hela adressen och dess lösenord.
log-in-first = Logga in först.
log-in-email = E-postadress
log-in-password = Lösenord
log-in-button = Logga in
log-in-no-address = Det är ingen e-postadress. Logga in med ditt e-postkonto, till exempel kari@foretag.example, inte med namnet du har i affärssystemet; det frågar vi om senare.
log-in-wrong = Adressen eller lösenordet är fel.
log-in-busy = För många försök just nu. Vänta några sekunder och försök igen.

failure-not-found = Den här sidan finns inte
failure-not-found-help = Den kan ha tagits bort, eller så är adressen felskriven.
failure-forbidden = Den här sidan är inte öppen för dig
failure-forbidden-help = Bara en administratör får se den.
failure-foreign = Formuläret godtogs inte
failure-foreign-help = Det öppnades innan du loggade in, eller kommer från en annan sida. Gå tillbaka, ladda om sidan och försök igen.
failure-plain = Förbindelsen är inte krypterad
failure-plain-help = Lösenord läses inte här över vanlig HTTP. Använd adressen som börjar med https://
failure-inside = Något gick fel här
failure-inside-help = Det är inte ditt fel, och det har noterats. Försök igen om en stund.
failure-home = Till början

start-empty-title = Här är ingen ännu
start-empty-lead = Den här installationen är ny och har inga konton. När servern startade skrev den ut en adress med en kod; öppna den adressen, eller skriv koden här.
start-code = Startkod
start-code-help = Titta där servern skriver, med systemd till exempel: journalctl -u lomme. Koden gäller tills den första administratören är skapad.
start-code-wrong = Det är inte koden.
start-next = Nästa
start-title = Ställ in Lomme
start-lead = Skapa den första organisationen och dess administratör. Efteråt gäller koden inte längre.
start-organisation = Organisation
start-name = Ditt namn
start-email-help = Du loggar in med den.
start-button = Skapa administratören
start-wrong = Det gick inte. Ge organisationen ett namn, och skriv adressen som i kari@foretag.example.
