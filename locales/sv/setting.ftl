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
