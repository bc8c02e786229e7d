# Det som står rundt hver side.
page-skip = Hopp til innholdet
page-menu = Meny
page-language = Språk
page-log-out = Logg ut
page-attention = trenger oppmerksomhet
time-today = i dag { $time }
time-yesterday = i går { $time }

log-in-title = Logg inn
log-in-lead = Bruk e-postkontoen din: hele adressen og passordet til den.
log-in-first = Logg inn først.
log-in-email = E-postadresse
log-in-password = Passord
log-in-button = Logg inn
log-in-no-address = Dette er ingen e-postadresse. Logg inn med e-postkontoen din, for eksempel kari@firma.example, ikke med navnet du har i fagsystemet; det blir du spurt om senere.
log-in-wrong = Adressen eller passordet er feil.
log-in-busy = For mange forsøk akkurat nå. Vent noen sekunder og prøv igjen.

failure-not-found = Denne siden finnes ikke
failure-not-found-help = Den kan være fjernet, eller adressen er skrevet feil.
failure-forbidden = Denne siden er ikke åpen for deg
failure-forbidden-help = Bare en administrator får se den.
failure-foreign = Skjemaet ble ikke godtatt
failure-foreign-help = Det ble åpnet før du logget inn, eller kommer fra en annen side. Gå tilbake, last siden på nytt og prøv igjen.
failure-plain = Linjen er ikke kryptert
failure-plain-help = Passord leses ikke her over vanlig HTTP. Bruk adressen som begynner med https://
failure-inside = Noe gikk galt her
failure-inside-help = Det er ikke din feil, og det er notert. Prøv igjen om litt.
failure-home = Til starten

start-empty-title = Her er det ingen ennå
start-empty-lead = Denne installasjonen er ny og har ingen kontoer. Da serveren startet, skrev den ut en adresse med en kode; åpne den adressen, eller skriv koden her.
start-code = Oppstartskode
start-code-help = Se der serveren skriver, med systemd for eksempel: journalctl -u lomme. Koden gjelder til den første administratoren er opprettet.
start-code-wrong = Det er ikke koden.
start-next = Neste
start-title = Sett opp Lomme
start-lead = Opprett den første organisasjonen og administratoren for den. Etterpå gjelder ikke koden lenger.
start-organisation = Organisasjon
start-name = Navnet ditt
start-email-help = Du logger inn med den.
start-button = Opprett administratoren
start-wrong = Det gikk ikke. Gi organisasjonen et navn, og skriv adressen som i kari@firma.example.
