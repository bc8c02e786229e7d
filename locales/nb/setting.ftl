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
