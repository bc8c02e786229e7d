# Tofaktor, adgangskoder til telefoner, glemt adgangskode.
factor-title = Tofaktor
factor-ask-title = Et trin til
factor-ask-lead = Adgangskoden er rigtig. Skriv nu koden, som din godkendelsesapp viser.
factor-code = Kode
factor-code-help = Seks cifre. Uden appen: en af nødkoderne.
factor-back = Tilbage
factor-wrong = Koden er forkert, eller den er brugt før. Vent på den næste.
factor-busy = For mange forkerte koder. Vent et kvarter, og prøv igen.
factor-off-lead = Med tofaktor kommer ingen ind med adgangskoden alene: en app på telefonen viser en kode, der skifter hvert halve minut.
factor-wanted = Din organisation kræver det af administratorer: administratorsiderne åbner, når det er sat op.
factor-set-up = Sæt op
factor-phones = Telefoner, der synkroniserer, skal da have egne adgangskoder, som du laver på siden »Adgangskoder til telefoner«; kontoens adgangskode virker ikke længere for dem.
factor-set-up-button = Begynd
factor-photograph = Tag et billede af dette med en godkendelsesapp, for eksempel Aegis, FreeOTP, Google Authenticator eller Microsoft Authenticator.
factor-picture = Billede, der sætter en godkendelsesapp op
factor-type = Eller skriv dette i den:
factor-confirm = Slå til
factor-confirm-wrong = Koden er forkert. Begynd forfra; sker det igen, så stil telefonens ur.
factor-is-on = Tofaktor er slået til.
factor-is-off = Tofaktor er slået fra.
factor-on-lead = Tofaktor er slået til: login kræver adgangskoden og en kode.
factor-change = Skift
factor-codes = Nødkoder
factor-codes-once = Gem dem, hvor du finder dem uden telefonen. Hver af dem gælder én gang i stedet for en kode, og ingen kan læse dem her igen.
factor-codes-kept = Jeg har gemt dem
factor-codes-left = { $count ->
    [one] { $count } nødkode er tilbage.
   *[other] { $count } nødkoder er tilbage.
}
factor-codes-new = Lav nye koder
factor-off = Slå fra
factor-account = Ingen kommer ind med adgangskoden alene.
factor-state-on = Til
factor-state-off = Fra
factor-admin-off = Slå tofaktor fra
factor-admin-is-off = Tofaktor er slået fra. Login kræver kun adgangskoden.
factor-policy = Tofaktor
factor-policy-tick = Administratorer skal have tofaktor
factor-policy-help = Den, der ikke har det, ledes til siden, hvor det sættes op, og kommer ikke videre på disse sider, før det er gjort.

app-password-title = Adgangskoder til telefoner
app-password-lead = En adgangskode til hver telefon: den virker kun til synkronisering, og kun for den første telefon, der bruger den. En mistet telefon lukkes ude med ét klik, og de andre fortsætter.
app-password-needed = Din konto har tofaktor, så hver telefon skal have en af disse.
app-password-make = Lav en adgangskode
app-password-name = Hvad den er til, for eksempel »Min telefon«
app-password-name-none = Telefon
app-password-make-button = Lav
app-password-once = Skriv den på telefonen, hvor den beder om adgangskoden; bindestregerne kan udelades. Ingen kan læse den her igen.
app-password-photograph = Eller tag et billede af den med telefonen, og kopiér den.
app-password-picture = Billede, der indeholder adgangskoden
app-password-unused = Ingen telefon bruger den endnu
app-password-used = Sidst brugt { $time }
app-password-made = Lavet { $time }
app-password-revoke = Tilbagekald
app-password-revoked = Den gælder ikke længere.
app-password-many = Der er for mange. Tilbagekald en først.

forgotten-link = Glemt adgangskoden?
forgotten-title = Glemt adgangskoden
forgotten-lead = Skriv din adresse. Du får en mail med et link, hvor du vælger en ny adgangskode.
forgotten-button = Send linket
forgotten-sent = Findes der en konto med den adresse, er et link på vej dertil. Det gælder i en halv time.
forgotten-fresh-title = Ny adgangskode
forgotten-fresh-lead = Vælg en ny adgangskode. Du bliver logget ud overalt, og dine telefoner spørger efter den.
forgotten-gone = Dette link gælder ikke længere. Et link gælder én gang, og i en halv time.
forgotten-again = Få et nyt tilsendt
forgotten-done = Adgangskoden er ændret. Log ind med den.
forgotten-mail-subject = Ny adgangskode
forgotten-mail-text =
    Nogen har bedt om en ny adgangskode til din konto. Hvis det var dig, så åbn denne adresse inden en halv time:

    { $link }

    Hvis det ikke var dig, skal du ikke gøre noget: adgangskoden er uændret.
recovery-heading = Hvis du glemmer adgangskoden
recovery-help = Et link til en ny adgangskode går til kontoens adresse, og til denne, hvis den er angivet.
recovery-label = Ekstra adresse
recovery-wrong = Det er ingen e-mailadresse.
recovery-set = Adressen er gemt.
recovery-none = Ingen ekstra adresse er gemt.
