# Tvåfaktor, lösenord för telefoner, glömt lösenord.
factor-title = Tvåfaktor
factor-ask-title = Ett steg till
factor-ask-lead = Lösenordet är rätt. Skriv nu koden som din autentiseringsapp visar.
factor-code = Kod
factor-code-help = Sex siffror. Utan appen: en av nödkoderna.
factor-back = Tillbaka
factor-wrong = Koden är fel, eller har använts förut. Vänta på nästa.
factor-busy = För många felaktiga koder. Vänta en kvart och försök igen.
factor-off-lead = Med tvåfaktor kommer ingen in med bara lösenordet: en app på telefonen visar en kod som byts varje halv minut.
factor-wanted = Din organisation kräver det av administratörer: administratörssidorna öppnas när det är inställt.
factor-set-up = Ställ in
factor-phones = Telefoner som synkroniserar behöver då egna lösenord, som du skapar på sidan ”Lösenord för telefoner”; kontots lösenord fungerar inte längre för dem.
factor-set-up-button = Börja
factor-photograph = Fotografera detta med en autentiseringsapp, till exempel Aegis, FreeOTP, Google Authenticator eller Microsoft Authenticator.
factor-picture = Bild som ställer in en autentiseringsapp
factor-type = Eller skriv detta i den:
factor-confirm = Slå på
factor-confirm-wrong = Koden är fel. Börja om; händer det igen, ställ telefonens klocka.
factor-is-on = Tvåfaktor är påslaget.
factor-is-off = Tvåfaktor är avslaget.
factor-on-lead = Tvåfaktor är påslaget: inloggning kräver lösenordet och en kod.
factor-change = Ändra
factor-codes = Nödkoder
factor-codes-once = Spara dem där du hittar dem utan telefonen. Var och en gäller en gång i stället för en kod, och ingen kan läsa dem här igen.
factor-codes-kept = Jag har sparat dem
factor-codes-left = { $count ->
    [one] { $count } nödkod är kvar.
   *[other] { $count } nödkoder är kvar.
}
factor-codes-new = Skapa nya koder
factor-off = Slå av
factor-account = Ingen kommer in med bara lösenordet.
factor-state-on = På
factor-state-off = Av
factor-admin-off = Slå av tvåfaktor
factor-admin-is-off = Tvåfaktor är avslaget. Inloggning kräver bara lösenordet.
factor-policy = Tvåfaktor
factor-policy-tick = Administratörer måste ha tvåfaktor
factor-policy-help = Den som inte har det leds till sidan där det ställs in, och kommer inte vidare på de här sidorna förrän det är gjort.

app-password-title = Lösenord för telefoner
app-password-lead = Ett lösenord för varje telefon: det fungerar bara för synkronisering, och bara för den första telefonen som använder det. En borttappad telefon stängs ute med ett klick, och de andra fortsätter.
app-password-needed = Ditt konto har tvåfaktor, så varje telefon behöver ett av dessa.
app-password-make = Skapa ett lösenord
app-password-name = Vad det är till, till exempel ”Min telefon”
app-password-name-none = Telefon
app-password-make-button = Skapa
app-password-once = Skriv det på telefonen där den frågar efter lösenordet; bindestrecken kan utelämnas. Ingen kan läsa det här igen.
app-password-photograph = Eller fotografera det med telefonen, och kopiera det.
app-password-picture = Bild som innehåller lösenordet
app-password-unused = Ingen telefon använder det ännu
app-password-used = Senast använt { $time }
app-password-made = Skapat { $time }
app-password-revoke = Återkalla
app-password-revoked = Det gäller inte längre.
app-password-many = De är för många. Återkalla ett först.

forgotten-link = Glömt lösenordet?
forgotten-title = Glömt lösenordet
forgotten-lead = Skriv din adress. Du får ett mejl med en länk där du väljer ett nytt lösenord.
forgotten-button = Skicka länken
forgotten-sent = Finns det ett konto med den adressen är en länk på väg dit. Den gäller i en halvtimme.
forgotten-fresh-title = Nytt lösenord
forgotten-fresh-lead = Välj ett nytt lösenord. Du loggas ut överallt, och dina telefoner frågar efter det.
forgotten-gone = Den här länken gäller inte längre. En länk gäller en gång, och i en halvtimme.
forgotten-again = Få en ny skickad
forgotten-done = Lösenordet är ändrat. Logga in med det.
forgotten-mail-subject = Nytt lösenord
forgotten-mail-text =
    Någon har bett om ett nytt lösenord för ditt konto. Om det var du, öppna den här adressen inom en halvtimme:

    { $link }

    Om det inte var du behöver du inte göra något: lösenordet är oförändrat.
recovery-heading = Om du glömmer lösenordet
recovery-help = En länk till ett nytt lösenord går till kontots adress, och till denna, om den är angiven.
recovery-label = Extra adress
recovery-wrong = Det är ingen e-postadress.
recovery-set = Adressen är sparad.
recovery-none = Ingen extra adress är sparad.
