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
