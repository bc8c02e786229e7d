# Tofaktor, passord for telefoner, glemt passord.
factor-title = Tofaktor
factor-ask-title = Ett steg til
factor-ask-lead = Passordet er riktig. Skriv nå koden som autentiseringsappen din viser.
factor-code = Kode
factor-code-help = Seks sifre. Uten appen: en av nødkodene.
factor-back = Tilbake
factor-wrong = Koden er feil, eller den er brukt før. Vent på den neste.
factor-busy = For mange gale koder. Vent et kvarter og prøv igjen.
factor-off-lead = Med tofaktor kommer ingen inn med passordet alene: en app på telefonen viser en kode som skifter hvert halve minutt.
factor-wanted = Organisasjonen din krever det av administratorer: administratorsidene åpnes når det er satt opp.
factor-set-up = Sett opp
factor-phones = Telefoner som synkroniserer, trenger da egne passord, som du lager på siden «Passord for telefoner»; passordet til kontoen virker ikke lenger for dem.
factor-set-up-button = Begynn
factor-photograph = Ta bilde av dette med en autentiseringsapp, for eksempel Aegis, FreeOTP, Google Authenticator eller Microsoft Authenticator.
factor-picture = Bilde som setter opp en autentiseringsapp
factor-type = Eller skriv dette i den:
factor-confirm = Slå på
factor-confirm-wrong = Koden er feil. Begynn på nytt; skjer det igjen, still klokken på telefonen.
factor-is-on = Tofaktor er slått på.
factor-is-off = Tofaktor er slått av.
factor-on-lead = Tofaktor er slått på: innlogging krever passordet og en kode.
factor-change = Endre
factor-codes = Nødkoder
factor-codes-once = Ta vare på dem der du finner dem uten telefonen. Hver av dem gjelder én gang i stedet for en kode, og ingen kan lese dem her igjen.
factor-codes-kept = Jeg har tatt vare på dem
factor-codes-left = { $count ->
    [one] { $count } nødkode er igjen.
   *[other] { $count } nødkoder er igjen.
}
factor-codes-new = Lag nye koder
factor-off = Slå av
factor-account = Ingen kommer inn med passordet alene.
factor-state-on = På
factor-state-off = Av
factor-admin-off = Slå av tofaktor
factor-admin-is-off = Tofaktor er slått av. Innlogging krever bare passordet.
factor-policy = Tofaktor
factor-policy-tick = Administratorer må ha tofaktor
factor-policy-help = Den som ikke har det, blir ledet til siden der det settes opp, og kommer ikke videre på disse sidene før det er gjort.

app-password-title = Passord for telefoner
app-password-lead = Et passord for hver telefon: det virker bare for synkronisering, og bare for den første telefonen som bruker det. En telefon som er mistet, stenges ute med ett klikk, og de andre fortsetter.
app-password-needed = Kontoen din har tofaktor, så hver telefon trenger et av disse.
app-password-make = Lag et passord
app-password-name = Hva det er til, for eksempel «Telefonen min»
app-password-name-none = Telefon
app-password-make-button = Lag
app-password-once = Skriv det på telefonen der den spør om passordet; bindestrekene kan utelates. Ingen kan lese det her igjen.
app-password-photograph = Eller ta bilde av det med telefonen, og kopier det.
app-password-picture = Bilde som inneholder passordet
app-password-unused = Ingen telefon bruker det ennå
app-password-used = Sist brukt { $time }
app-password-made = Laget { $time }
app-password-revoke = Trekk tilbake
app-password-revoked = Det gjelder ikke lenger.
app-password-many = Det er for mange. Trekk tilbake ett først.

forgotten-link = Glemt passordet?
forgotten-title = Glemt passordet
forgotten-lead = Skriv adressen din. Du får en e-post med en lenke der du velger et nytt passord.
forgotten-button = Send lenken
forgotten-sent = Finnes det en konto med den adressen, er en lenke på vei dit. Den gjelder i en halvtime.
forgotten-fresh-title = Nytt passord
forgotten-fresh-lead = Velg et nytt passord. Du blir logget ut overalt, og telefonene dine spør etter det.
forgotten-gone = Denne lenken gjelder ikke lenger. En lenke gjelder én gang, og i en halvtime.
forgotten-again = Få tilsendt en ny
forgotten-done = Passordet er endret. Logg inn med det.
forgotten-mail-subject = Nytt passord
forgotten-mail-text =
    Noen har bedt om et nytt passord for kontoen din. Hvis det var du, åpner du denne adressen innen en halvtime:

    { $link }

    Hvis det ikke var du, trenger du ikke gjøre noe: passordet er uendret.
recovery-heading = Hvis du glemmer passordet
recovery-help = En lenke til et nytt passord går til adressen til kontoen, og til denne, hvis den er oppgitt.
recovery-label = Ekstra adresse
recovery-wrong = Dette er ingen e-postadresse.
recovery-set = Adressen er lagret.
recovery-none = Ingen ekstra adresse er lagret.
