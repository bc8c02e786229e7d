# Det som står rundt om hver side.
page-skip = Spring til indholdet
page-menu = Menu
page-language = Sprog
page-log-out = Log ud
page-attention = kræver opmærksomhed
time-today = i dag { $time }
time-yesterday = i går { $time }

log-in-title = Log ind
log-in-lead = Brug din mailkonto: hele adressen og dens adgangskode.
log-in-first = Log ind først.
log-in-email = E-mailadresse
log-in-password = Adgangskode
log-in-button = Log ind
log-in-no-address = Det er ikke en e-mailadresse. Log ind med din mailkonto, for eksempel kari@firma.example, ikke med navnet fra fagsystemet; det bliver du spurgt om senere.
log-in-wrong = Adressen eller adgangskoden er forkert.
log-in-busy = For mange forsøg lige nu. Vent nogle sekunder, og prøv igen.

failure-not-found = Denne side findes ikke
failure-not-found-help = Den kan være fjernet, eller adressen er skrevet forkert.
failure-forbidden = Denne side er ikke åben for dig
failure-forbidden-help = Kun en administrator må se den.
failure-foreign = Formularen blev ikke godtaget
failure-foreign-help = Den blev åbnet, før du loggede ind, eller kommer fra en anden side. Gå tilbage, indlæs siden igen, og prøv igen.
failure-plain = Linjen er ikke krypteret
failure-plain-help = Adgangskoder læses ikke her over almindelig HTTP. Brug adressen, der begynder med https://
failure-inside = Noget gik galt her
failure-inside-help = Det er ikke din fejl, og det er noteret. Prøv igen om lidt.
failure-home = Til starten

start-empty-title = Her er ingen endnu
start-empty-lead = Denne installation er ny og har ingen konti. Da serveren startede, skrev den en adresse med en kode; åbn den adresse, eller skriv koden her.
start-code = Startkode
start-code-help = Se der, hvor serveren skriver, med systemd for eksempel: journalctl -u lomme. Koden gælder, indtil den første administrator er oprettet.
start-code-wrong = Det er ikke koden.
start-next = Næste
start-title = Sæt Lomme op
start-lead = Opret den første organisation og dens administrator. Bagefter gælder koden ikke længere.
start-organisation = Organisation
start-name = Dit navn
start-email-help = Du logger ind med den.
start-button = Opret administratoren
start-wrong = Det gik ikke. Giv organisationen et navn, og skriv adressen som i kari@firma.example.
