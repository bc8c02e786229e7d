//! What is written in the demo's mail: tables, most of them in Norwegian. `{0}` is a name of the table that uses it.

/// Mail from customers: subject and text.
pub(super) const CUSTOMERS: [(&str, &str); 24] = [
    (
        "Tilbud på elbillader",
        "Hei!\n\nVi vurderer å få satt opp lader i garasjen. Skapet er fra 1987 og har to ledige kurser. Kan dere komme med et tilbud, gjerne før påske?",
    ),
    (
        "Sikringen går",
        "God morgen.\n\nSikringen til kjøkkenet går hver gang oppvaskmaskinen og komfyren er på samtidig. Er det noe dere kan se på i løpet av uken?",
    ),
    (
        "Faktura 20418",
        "Hei\n\nFakturaen vi fikk i går har feil adresse. Kan dere sende en ny med riktig avdeling og referanse 7731?",
    ),
    (
        "Lys i trappeoppgangen",
        "Hei, borettslaget har vedtatt å bytte til LED med sensor i alle fire oppganger. Hvem hos dere er det vi skal snakke med?",
    ),
    (
        "Takk for jobben",
        "Hei!\n\nVil bare si takk til montøren som var her på tirsdag. Ryddig, blid og ferdig før tiden. Det er ikke hverdagskost.",
    ),
    (
        "Varmekabler på badet",
        "Hei\n\nBadet blir ikke varmt lenger. Termostaten viser E5. Vi har reist hytta rundt, men er hjemme fra torsdag.",
    ),
    (
        "Befaring i neste uke?",
        "Hei.\n\nVi skal pusse opp første etasje og trenger en elektriker på laget. Passer det med befaring tirsdag eller onsdag etter klokken 14?",
    ),
    (
        "Samsvarserklæring",
        "Hei,\n\neiendomsmegleren spør etter samsvarserklæringen for arbeidet i 2019. Ligger den i boligmappa, eller kan dere sende den?",
    ),
    (
        "Strømmen er borte i halve huset",
        "Hei! Etter lynet i natt er det ingen strøm i andre etasje. Hovedsikringen er hel. Kan noen komme i dag?",
    ),
    (
        "Ny adresse for faktura",
        "Hei,\n\nfra den første i neste måned skal alle fakturaer til oss sendes som EHF. Organisasjonsnummeret er det samme.",
    ),
    (
        "Utelys og støpsel på terrassen",
        "Hei\n\nVi ønsker tre utelamper og et dobbelt uttak på terrassen. Legger ved en skisse som svigerfar har tegnet. Han var elektriker på Laksevåg.",
    ),
    (
        "Spørsmål om pris",
        "Hei, hva koster det omtrent å bytte et sikringsskap i en leilighet på 62 kvadratmeter? Jeg forstår at det bare blir et anslag.",
    ),
    (
        "Nøkkel til lageret",
        "Hei\n\nNøkkelen ligger hos vaktmesteren fra klokken 7. Han heter Rune og vet at dere kommer.",
    ),
    (
        "Reklamasjon: dimmer",
        "Hei.\n\nDimmeren dere monterte i februar summer når lyset er på det svakeste. Vi regner med at dette går på garantien.",
    ),
    (
        "Nødlys i barnehagen",
        "Hei!\n\nTilsynet vil se dokumentasjon på nødlysene. To av dem blinker rødt. Vi har åpent 7 til 17, og barna sover fra 12.",
    ),
    (
        "Bekreftelse",
        "Hei\n\nDa er det i orden, vi sees mandag klokken 8. Det er parkering i bakgården, port 3.",
    ),
    (
        "Solceller på taket",
        "Hei,\n\nvi leser mye om solceller for tiden. Taket vender mot sørvest og er 180 kvadratmeter. Er dette noe Fjord Elektro driver med?",
    ),
    (
        "Avlyse torsdag",
        "Hei, vi må dessverre avlyse torsdag. Gulvleggeren er forsinket en uke. Kan vi ta det samme klokkeslettet uken etter?",
    ),
    (
        "Brannalarm piper",
        "Hei\n\nAlarmen i kjelleren piper hvert minutt. Vi har byttet batteri. Naboene er ikke like tålmodige som vi er.",
    ),
    (
        "Purring",
        "Hei\n\nVi kan ikke se at vi har fått svar på e-posten fra forrige uke. Haster litt nå, for rørleggeren begynner på mandag.",
    ),
    (
        "Kursfortegnelse mangler",
        "Hei. Etter oppgraderingen mangler kursfortegnelsen i skapet. Kan dere sende den på e-post, så skriver vi den ut selv?",
    ),
    (
        "Oppdrag: ombygging av kontor",
        "Hei,\n\nvi bygger om 14 kontorplasser til et åpent landskap og trenger gulvbokser, nye kurser og flytting av tavle. Tegninger følger.",
    ),
    (
        "Jordfeil",
        "God kveld.\n\nNettselskapet har meldt om jordfeil hos oss, og vi har fått fire uker på å rette den. Hva gjør vi?",
    ),
    (
        "Anbefaling",
        "Hei!\n\nNaboen min anbefalte dere. Jeg trenger hjelp med et gammelt skjult anlegg, og helst noen som ikke river hele veggen.",
    ),
];

/// Mail from elsewhere in Scandinavia and from further away: who, subject, text.
pub(super) const ABROAD: [(&str, &str, &str); 8] = [
    (
        "Åsa Sjöberg <asa.sjoberg@kraftdelar.example>",
        "Orderbekräftelse 88214",
        "Hej!\n\nTack för er beställning. Sex stycken gruppcentraler skickas från Göteborg på torsdag. Två artiklar är restnoterade, vi återkommer så snart vi vet mer.\n\nHälsningar\nÅsa Sjöberg",
    ),
    (
        "Søren Kjærgård <soeren@lysogkabel.example>",
        "Prisliste for efteråret",
        "Kære kunde\n\nHermed vores nye priser. Bemærk, at installationskabel er blevet 4 % billigere, mens armaturer er uændrede. Ring endelig, hvis I har spørgsmål.\n\nVenlig hilsen\nSøren",
    ),
    (
        "Margaret Hill <margaret.hill@gridparts.example>",
        "Your quotation request",
        "Dear Fjord Elektro,\n\nplease find our offer for 40 surge arresters below. Prices are valid for 30 days, delivery is three weeks ex works.\n\nKind regards,\nMargaret Hill",
    ),
    (
        "Łukasz Wójcik <lukasz.wojcik@kabelpol.example>",
        "Dostawa w przyszłym tygodniu",
        "Dzień dobry,\n\ndostawa przewodów jest zaplanowana na środę. Kierowca zadzwoni pół godziny wcześniej.\n\nPozdrawiam\nŁukasz Wójcik",
    ),
    (
        "Ελένη Παπαδάκη <eleni@aegeanlight.example>",
        "Πρόσκληση σε έκθεση",
        "Καλημέρα σας,\n\nσας περιμένουμε στην έκθεση φωτισμού στην Αθήνα τον Μάιο. Τα εισιτήρια είναι δωρεάν για συνεργάτες.\n\nΜε εκτίμηση\nΕλένη Παπαδάκη",
    ),
    (
        "Jürgen Weiß <j.weiss@schaltschrank.example>",
        "Rückfrage zu Ihrer Bestellung",
        "Guten Tag,\n\nin Ihrer Bestellung fehlt die Angabe der Schutzart. Sollen die Gehäuse in IP54 oder IP65 geliefert werden?\n\nMit freundlichen Grüßen\nJürgen Weiß",
    ),
    (
        "Þórunn Ævarsdóttir <thorunn@raflagnir.example>",
        "Kveðja frá Reykjavík",
        "Sæl og blessuð,\n\ntakk fyrir síðast! Við hlökkum til að sjá ykkur á ráðstefnunni í haust.\n\nBestu kveðjur\nÞórunn",
    ),
    (
        "Мария Иванова <maria@electrosvet.example>",
        "Каталог светильников",
        "Здравствуйте!\n\nНаправляем вам новый каталог светильников для складских помещений. Образцы можем прислать бесплатно.\n\nС уважением,\nМария Иванова",
    ),
];

/// Conversations: subject, who else takes part, and the mails, the first one from the other. Every second is an answer.
pub(super) const THREADS: [(&str, usize, &[&str]); 9] = [
    (
        "Byggemøte Sandviken skole",
        3,
        &[
            "Hei! Byggherren vil flytte møtet til brakke 2 og ha en halvtime ekstra. Har du fremdriftsplanen klar?",
            "Hei. Ja, den er oppdatert til og med uke 50. Tar den med på papir også, skjermen der er ubrukelig.",
            "Supert. Da trenger vi bare antall armaturer i plan 3.",
            "62 i plan 3, 18 av dem med nødlys. Listen ligger i mappa.",
            "Takk!",
        ],
    ),
    (
        "Vaktbil 4",
        7,
        &[
            "Bilen har fått steinsprut på frontruta igjen. Skal jeg bestille time, eller gjør du det?",
            "Bestill du, så tar jeg egenandelen med forsikringen. Ta bil 6 imens.",
            "Time torsdag klokken 8. Bil 6 lukter fortsatt fisk, bare så det er sagt.",
        ],
    ),
    (
        "Ferieliste",
        11,
        &[
            "Hei, jeg setter opp ferielisten for jul og nyttår. Hvem har vakt i romjula?",
            "Jeg kan ta 27. og 28. Ikke nyttårsaften, da er vi på hytta.",
            "Notert. Da mangler vi bare noen på den 31.",
            "Spør Bjørn. Han liker raketter.",
        ],
    ),
    (
        "Måleinstrument til kalibrering",
        14,
        &[
            "Minner om at alle isolasjonsmålere skal inn til kalibrering før den 15. Din er nummer 0341.",
            "Ligger på benken innerst i lageret, med lapp på.",
        ],
    ),
    (
        "Tavle til Dokken",
        2,
        &[
            "Leverandøren sier uke 49. Går det med fremdriften?",
            "Det går akkurat. Blir det uke 50, må vi leie byggestrøm en måned til.",
            "Jeg presser dem. Kommer tilbake.",
            "Fint. Hvis de kan levere uten effektbryter, tar vi den fra lageret.",
            "De sier ja til det! Kommer mandag uke 49.",
            "Strålende. Sier fra til Dokken.",
        ],
    ),
    (
        "Nye arbeidsklær",
        5,
        &[
            "Leverandøren har sendt prøver i alle størrelser. De henger i garderoben til fredag, prøv og skriv deg på listen.",
            "Har prøvd. Large i jakke, men buksene er laget for flamingoer.",
        ],
    ),
    (
        "Lærling fra nyttår",
        9,
        &[
            "Vi får en lærling fra 2. januar, Amina. Kan hun begynne hos dere på service?",
            "Gjerne. Jeg setter henne sammen med Turid de første ukene.",
            "Perfekt. Verneutstyr er bestilt.",
        ],
    ),
    (
        "Julebord",
        16,
        &[
            "Påmelding innen fredag! Lutefisk eller pinnekjøtt, kryss av i listen på pauserommet.",
            "Pinnekjøtt. To ganger, om det går.",
            "Det går alltid.",
        ],
    ),
    (
        "Avvik på HMS-runden",
        12,
        &[
            "Runden på lageret viste tre avvik: en gaffeltruck uten kontroll, blokkert rømningsvei ved port 2, og manglende øyeskyll.",
            "Porten er ryddet nå. Øyeskyll er bestilt, kommer onsdag. Trucken er sperret til kontrolløren har vært her.",
        ],
    ),
];

/// What colleagues tell each other: subject and text.
pub(super) const COLLEAGUES: [(&str, &str); 12] = [
    ("Kake på pauserommet", "Det står en suksessterte på bordet. Den er der ikke lenge."),
    (
        "Parkering stengt på torsdag",
        "De asfalterer bakgården. Parker på gateplan, oblaten ligger i resepsjonen.",
    ),
    ("Timelister", "Husk å levere timelister før klokken 12 i dag. De som leverer for sent, får kaffevakt."),
    (
        "Nytt fra lageret",
        "Vi har fått inn 400 meter kabel og 12 kasser bokser. Skriv det du tar på tavla, også om det er lite.",
    ),
    (
        "Bilder fra befaringen",
        "Bildene ligger i prosjektmappa. Legg merke til koblingen bak panelet. Noen har hatt det gøy i 1974.",
    ),
    (
        "Kurs i FSE",
        "Årets kurs i sikkerhet ved arbeid i elektriske anlegg er onsdag klokken 12 til 16. Det er obligatorisk, og det blir lunsj.",
    ),
    (
        "Ring kunden i Nygårdsgaten",
        "Hun har ringt tre ganger. Det gjelder ringeklokken, men hun vil helst snakke med deg.",
    ),
    ("Stige savnes", "Tre meter, aluminium, gul tape i toppen. Siste gang sett på vei ut døren."),
    (
        "Referat fra morgenmøtet",
        "1. Fire mann på Dokken ut uken.\n2. Vakttelefonen går til Turid fra fredag.\n3. Ingen skal jobbe alene i tavlerom. Det gjelder også den som tenkte å spørre.",
    ),
    (
        "Passord på verkstedmaskinen",
        "Maskinen er satt opp på nytt. Passordet får du av meg når du kommer innom.",
    ),
    ("Gratulerer med dagen!", "Hipp hurra! Det blir kake klokken 14."),
    (
        "Tilbudet til Lie",
        "Jeg har lagt inn 8 timer til programmering av styringen. Ser det riktig ut for deg?",
    ),
];

/// What nobody asked for: who, subject, text.
pub(super) const JUNK: [(&str, &str, &str); 8] = [
    (
        "Prize Office <winner@lucky.invalid>",
        "You have WON",
        "Dear winner,\n\nyour address was drawn. Reply with your bank details to claim 2.000.000.",
    ),
    (
        "Pakkeservice <levering@pakke.invalid>",
        "Pakken din venter",
        "Pakken kan ikke leveres før du har betalt 29 kroner. Trykk her.",
    ),
    (
        "IT Support <it@mailbox-quota.invalid>",
        "Mailbox is full",
        "Your mailbox is 99% full. Verify your password within 24 hours.",
    ),
    ("Anna <anna@hello.invalid>", "hei du", "Jeg så profilen din og ville bare si hei"),
    (
        "SEO Experts <grow@seo.invalid>",
        "Rank #1 on search",
        "We checked your site and found 37 errors. Shall I send the report?",
    ),
    ("Crypto Daily <news@coins.invalid>", "Don't miss this", "Analysts say it will double before Friday."),
    (
        "Bank <sikkerhet@bank.invalid>",
        "Kontoen din er sperret",
        "Vi har sperret kontoen din. Logg inn for å åpne den.",
    ),
    ("Cheap Tools <sale@tools.invalid>", "90% OFF everything", "Last chance! Today only! Again!"),
];

/// What machines write: subject and text; `{0}` is a number.
pub(super) const MACHINES: [(&str, &str); 4] = [
    (
        "Sikkerhetskopi fullført",
        "Sikkerhetskopien av filserveren ble fullført uten feil.\n\nFiler: 184 {0}\nTid: 00:{0}:12",
    ),
    (
        "UPS: selvtest bestått",
        "Batteritest i serverrommet: bestått. Gjenværende tid ved full last: {0} minutter.",
    ),
    ("Oppdateringer installert", "{0} oppdateringer er installert. Ingen omstart er nødvendig."),
    ("Diskplass", "Volumet D: har {0} % ledig plass."),
];

/// What is not finished: subject and text.
pub(super) const DRAFTS: [(&str, &str); 3] = [
    ("Tilbud: elbillader", "Hei,\n\ntakk for hyggelig befaring. Vi kan tilby"),
    ("Sv: Reklamasjon: dimmer", "Hei\n\nDet ordner vi selvsagt. Ny dimmer er bestilt, og"),
    ("Søknad om permisjon", ""),
];
