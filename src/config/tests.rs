//! What the configuration accepts, and what it says when it does not.

use super::*;

const SAMPLE: &str = include_str!("../../deploy/config.toml");

/// The sample with every commented key in force, as one who takes away all `#` would have it.
fn uncommented() -> String {
    let is_toml = |line: &str| {
        line.starts_with('[')
            || line
                .split_once(" = ")
                .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
    };
    let lines = SAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if is_toml(rest) => rest,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What serde knows in a section, out of the message for a key it does not.
fn known_keys(header: &str) -> Vec<String> {
    let text = format!("{header}\n\"?\" = 1\n");
    let error = toml::from_str::<Config>(&text).unwrap_err();
    error.message().split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let text = if text.contains("listen") {
        text.to_owned()
    } else {
        format!("{text}\n[server]\nlisten = \"127.0.0.1:0\"")
    };
    let error = Config::read(&text, Path::new("")).unwrap_err().within(Path::new("lomme.toml"), &text);
    assert_eq!(error.to_string(), format!("lomme.toml, line {expected}"));
}

#[test]
fn the_sample_is_valid_as_it_is() {
    Config::read(SAMPLE, Path::new("")).unwrap();
}

#[test]
fn the_sample_names_every_key() {
    let sections = [
        "server",
        "store",
        "organisation",
        "log_in",
        "pull",
        "ping",
        "limits",
        "policy",
        "policy.settings",
        "conflict",
        "retention",
        "notice",
        "log",
    ];
    // `[policy.settings]` is in `[policy]`, `[[connection]]` beside all.
    assert_eq!(known_keys("").len(), sections.len() - 1 + 1);
    let text = uncommented();
    for (header, keys) in sections
        .map(|section| (format!("[{section}]"), known_keys(&format!("[{section}]"))))
        .into_iter()
        .chain([("[[connection]]".to_owned(), known_keys("[[connection]]"))])
    {
        assert!(!keys.is_empty(), "{header}");
        let section: Vec<&str> = text
            .split(&format!("{header}\n"))
            .skip(1)
            .map(|rest| rest.split("\n[").next().unwrap())
            .collect();
        for key in keys.iter().filter(|key| !sections.contains(&&*format!("policy.{key}"))) {
            let line = format!("\n{key} = ");
            assert!(section.iter().any(|part| format!("\n{part}").contains(&line)), "{header} lacks {key}");
        }
    }
}

#[test]
fn what_the_sample_calls_a_default_is_one() {
    let mut config: Config = toml::from_str(&uncommented()).unwrap();
    config.connections.clear();
    // These have no default, as the comments say.
    config.log_in.by = None;
    config.notice = Notice::default();
    let settings = &mut config.policy.settings;
    settings.min_device_password_length = None;
    settings.device_password_expiration = None;
    settings.max_inactivity_time_device_lock = None;
    settings.max_device_password_failed_attempts = None;
    settings.max_attachment_size = None;
    let server = Server {
        listen: None,
        listen_tls: None,
        certificate: None,
        key: None,
        plain_http: None,
        url: None,
        ..config.server
    };
    assert_eq!(Config { server, ..config }, Config::default());
}

#[test]
fn a_wrong_key_is_met_with_its_line_and_the_nearest_known_one() {
    check(
        "[server]\nlisten_tsl = \"0.0.0.0:1\"",
        "2: `listen_tsl` is not known here; did you mean `listen_tls`?",
    );
    check("[sever]\nlisten = \"0.0.0.0:1\"", "1: `sever` is not known here; did you mean `server`?");
    check("[pull]\nxylophone = 1", "2: `xylophone` is not known here; known are `every`");
}

#[test]
fn a_wrong_value_is_met_with_what_would_be_right() {
    check(
        "[pull]\n\nevery = \"15 minutes\"",
        "3: `every`: `15 minutes` is no duration; write it as `500ms`, `2s`, `15m`, `1h` or `30d`",
    );
    check(
        "[pull]\nevery = 15",
        "2: `every`: `15` is no duration; write it as `500ms`, `2s`, `15m`, `1h` or `30d`",
    );
    check(
        "[log]\nlevel = \"info,lomme::http=loud\"",
        "2: `log.level`: must be `error`, `warn`, `info`, `debug`, `trace`, or as in `info,lomme::http=debug`",
    );
    check("[ping]\nmin = \"5s\"", "2: `ping.min`: must lie between `10s` and `59m`");
    check("[ping]\nmin = \"20m\"\nmax = \"10m\"", "3: `ping.max`: must not be less than `min`");
    check(
        "[server]\nlisten = \"8080\"",
        "2: `listen`: `8080` is no address with a port; write it as `0.0.0.0:443` or `127.0.0.1:8080`",
    );
    check(
        "[store]\nurl = \"mysql://x\"",
        "2: `store.url`: must be `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`",
    );
    check(
        "[conflict]\ntasks = \"phone\"",
        "2: `tasks`: unknown variant `phone`, expected one of `device decides`, `server`, `device`, `newest`, `merge`",
    );
    check(
        "[server]\nlisten_tls = \"0.0.0.0:1\"\nkey = \"k\"",
        "3: `server.key`: needs `certificate`, the file of its certificate chain",
    );
    check(
        "[store]\ndata = \"d\"\n[server]\nproxies = [] # no listen",
        "3: `server.listen_tls`: say where to listen, for example `listen_tls = \"0.0.0.0:443\"`",
    );
}

#[test]
fn what_the_parser_says_is_said_plainly() {
    check(
        "[server]\nlisten = 127.0.0.1:8080",
        "2: `listen`: invalid float, expected nothing; a text stands in quotes, as in `\"127.0.0.1:8080\"`",
    );
    check("[server]\nlisten = \"[::]:1\"\nlisten = \"[::]:2\"", "3: `listen`: duplicate key");
    check(
        "[limits]\nconnections = -1",
        "2: `connections`: invalid value: integer `-1`, expected a whole number, 0 or more",
    );
    check(
        "[connection]\nname = \"crm\"",
        "1: write the section with two brackets on each side, as `[[connection]]`",
    );
}

#[test]
fn each_connection_is_checked_at_its_own_place() {
    let first = "[[connection]]\nname = \"crm\"\nkind = \"local\"\nclasses = [\"Tasks\"]\n";
    check(
        &format!("{first}[[connection]]\nname = \"dav\"\nkind = \"local\"\nclasses = [\"notes\", \"tasks\"]"),
        "8: `connection.classes`: `Tasks` comes from `crm` already; one connection a class",
    );
    check(
        &format!("{first}[[connection]]\nname = \"crm\"\nkind = \"local\"\nclasses = [\"notes\"]"),
        "6: `connection.name`: `crm` is taken by another connection",
    );
    check(
        "[[connection]]\nname = \"x\"\nkind = \"dav\"\nurl = \"http://h\"\nclasses = [\"notes\"]",
        "1: `connection.token`: state a `token`, or `user` and `password`, or `token_url`, `client_id` and \
         `client_secret`, or `log_in = \"user\"` if each account has its own",
    );
    check(
        "[[connection]]\nname = \"x\"\nkind = \"local\"\nclasses = [\"mail\"]",
        "4: `classes`: `mail` is no class; known are `calendar`, `contacts`, `tasks`, `notes`, `email`",
    );
    check("[[connection]]\nkind = \"local\"", "1: missing field `name`");
}

#[test]
fn paths_are_relative_to_the_file_and_secrets_come_from_theirs() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "s3cret\n").unwrap();
    let file = folder.path().join("lomme.toml");
    fs::write(
        &file,
        "[server]\nlisten = \"127.0.0.1:0\"\n[[connection]]\nname = \"crm\"\nkind = \"http_api\"\n\
         url = \"http://localhost/v1\"\nclasses = [\"tasks\"]\ntoken_file = \"token\"\n",
    )
    .unwrap();
    let config = Config::load(&file).unwrap();
    assert_eq!(config.store.url, format!("sqlite:{}/lomme.db", folder.path().display()));
    assert_eq!(config.store.data, folder.path().join("data"));
    let token = config.connections[0].token.as_ref().unwrap();
    assert_eq!(token.reveal(), "s3cret");
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn a_mail_server_that_checks_passwords_is_one_that_can() {
    let check_by = |kind: &str, lines: &str, expected: &str| {
        let mail = "classes = [\"email\"]\nlog_in = \"user\"\nurl = \"imaps://mail.example\"\n";
        let rest = if kind == "imap" { mail } else { "classes = [\"email\"]\n" };
        check(
            &format!("[log_in]\n{lines}\n[[connection]]\nname = \"mail\"\nkind = \"{kind}\"\n{rest}"),
            expected,
        );
    };
    check_by("imap", "by = \"post\"", "2: `log_in.by`: there is no connection `post`");
    let others = "must be a connection of `kind = \"imap\"`: nobody logs in at others by himself";
    check_by("mailbox", "by = \"mail\"", &format!("2: `log_in.by`: {others}"));
    check_by("imap", "create = true", "2: `log_in.create`: needs `by`, the connection that lets people in");
    let right = "[log_in]\nby = \"mail\"\n[server]\nlisten = \"127.0.0.1:1\"\n[[connection]]\nname = \"mail\"\nkind = \"imap\"\n\
        classes = [\"email\"]\nlog_in = \"user\"\nurl = \"imaps://mail.example\"\n";
    let config = Config::read(right, Path::new("")).unwrap();
    assert_eq!(config.log_in.by.as_deref(), Some("mail"));
}

/// A connection with these lines more, and what is said of it.
#[track_caller]
fn check_log_in(kind: &str, lines: &str, expected: &str) {
    let url = "https://office.example";
    let head =
        format!("[[connection]]\nname = \"x\"\nkind = \"{kind}\"\nurl = \"{url}\"\nclasses = [\"notes\"]\n");
    check(&format!("{head}{lines}"), expected);
}

#[test]
fn a_connection_states_one_log_in_and_all_of_it() {
    let client = "token_url = \"https://log-in.example/token\"\nclient_id = \"lomme\"\n";
    check_log_in(
        "http_api",
        client,
        "6: `connection.token_url`: goes with `client_id` and `client_secret`: state all three",
    );
    check_log_in("http_api", "user = \"lomme\"", "6: `connection.user`: goes with `password`: state both");
    let whole = format!("{client}client_secret = \"s\"\n");
    check_log_in(
        "http_api",
        &format!("{whole}token = \"t\""),
        "9: `connection.token`: state one log-in: a token, or a user and a password, or an OAuth client",
    );
    check_log_in(
        "http_api",
        &whole.replace("https://", ""),
        "6: `connection.token_url`: must be an address such as `https://log-in.example/token`",
    );
    check_log_in(
        "dav",
        &whole,
        "6: `connection.token_url`: only an `http_api` logs in so; state another log-in",
    );
    check_log_in(
        "dav",
        "log_in = \"user\"\ntoken = \"t\"",
        "6: `connection.log_in`: with `user` no token, password or client is stated here",
    );
}

#[test]
fn what_a_policy_says_has_to_be_known_to_phones() {
    let check = |line: &str, expected: &str| {
        check(&format!("[policy.settings]\n{line}"), &format!("2: `{expected}"));
    };
    let wrong = [
        ("min_device_password_length = 0", "must lie between 1 and 16, or be left out"),
        ("max_device_password_failed_attempts = 3", "must lie between 4 and 16, or be left out"),
        ("max_inactivity_time_device_lock = 9999", "must lie between 1 and 9998 seconds, or be left out"),
        ("min_device_password_complex_characters = 5", "must lie between 1 and 4"),
        ("allow_bluetooth = 3", "must be 0 (not), 1 (for headsets) or 2 (for all)"),
        (
            "max_calendar_age_filter = 1",
            "must be 0 (all), 4 (two weeks), 5 (a month), 6 (three months) or 7 (six months)",
        ),
        ("password_recovery_enabled = true", "must be false: none are kept here"),
    ];
    for (line, message) in wrong {
        let key = line.split(' ').next().unwrap();
        check(line, &format!("policy.settings.{key}`: {message}"));
    }
    check("allow_camera = 0", "allow_camera`: invalid type: integer `0`, expected true or false");
    check("allow_kamera = true", "allow_kamera` is not known here; did you mean `allow_camera`?");
}

#[test]
fn nothing_is_forgotten_sooner_than_phones_can_bear() {
    check("[retention]\nversions = \"1d\"", "2: `retention.versions`: must be at least `7d`");
    check("[retention]\n\nlog_rows = 0", "3: `retention.log_rows`: must be at least 1");
}

#[test]
fn a_mail_server_says_who_reads_and_who_sends() {
    let mail = |lines: &str| {
        format!(
            "[[connection]]\nname = \"m\"\nkind = \"imap\"\nclasses = [\"email\"]\nurl = \"imaps://m\"\n{lines}"
        )
    };
    let user = "log_in = \"user\"\n";
    Config::read(&mail(&format!("{user}\n[server]\nlisten = \"127.0.0.1:0\"")), Path::new("")).unwrap();
    for key in ["token", "hook_key", "client_id", "token_url", "scope"] {
        let expected = format!("7: `connection.{key}`: is not for a mail server: leave it out");
        check(&mail(&format!("{user}{key} = \"x\"")), &expected);
    }
    check(
        &mail("user = \"master\"\npassword = \"x\"\ntokens = true"),
        "8: `connection.tokens`: is for `log_in = \"user\"`: a master user has a password",
    );
    check(
        &mail("user = \"master\""),
        "6: `connection.user`: state `user` and `password` of a master user, or `log_in = \"user\"` if each account has its own",
    );
    check(
        &mail(&format!("{user}smtp_user = \"x\"\nsmtp = \"smtps://m\"")),
        "7: `connection.smtp_user`: is for `smtp_log_in = \"organisation\"`",
    );
    check(
        &mail(&format!("{user}smtp_log_in = \"none\"")),
        "1: `connection.smtp`: say where mail is handed over, as `smtps://mail.example`",
    );
    check(
        &mail(&format!("{user}smtp = \"smtps://m\"\nsmtp_log_in = \"organisation\"")),
        "1: `connection.smtp_user`: state `smtp_user` and `smtp_password`",
    );
    check(
        "[[connection]]\nname = \"l\"\nkind = \"local\"\nclasses = [\"email\"]",
        "4: `connection.classes`: `email` comes from a connection of `kind = \"imap\"` or `kind = \"mailbox\"`",
    );
    check(
        "[[connection]]\nname = \"l\"\nkind = \"local\"\nclasses = [\"notes\"]\nfolders = \"subscribed\"",
        "5: `connection.folders`: is for a connection of `kind = \"imap\"`",
    );
}

#[test]
fn a_mailbox_needs_nothing_but_its_name() {
    let mailbox = |lines: &str| {
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[[connection]]\nname = \"m\"\nkind = \"mailbox\"\n{lines}"
        )
    };
    let email = "classes = [\"email\"]\n";
    Config::read(&mailbox(email), Path::new("")).unwrap();
    let message = "says nothing here: mail of `kind = \"mailbox\"` lies in the data folder";
    for line in ["url = \"https://m\"", "log_in = \"user\"", "token = \"t\"", "verify_tls = false"] {
        let key = line.split(' ').next().unwrap();
        check(&mailbox(&format!("{email}{line}")), &format!("7: `connection.{key}`: {message}"));
    }
    check(
        &mailbox(&format!("{email}folders = \"subscribed\"")),
        "7: `connection.folders`: is for a connection of `kind = \"imap\"`",
    );
    let classes = "6: `connection.classes`: a mailbox has `classes = [\"email\"]` and no directory";
    check(&mailbox("classes = [\"email\", \"notes\"]"), classes);
    check(&mailbox(&format!("{email}directory = true")), classes);
}

#[test]
fn an_address_is_looked_at_before_anything_is_started() {
    let office = |kind: &str, class: &str, lines: &str| {
        format!(
            "[[connection]]\nname = \"x\"\nkind = \"{kind}\"\nclasses = [\"{class}\"]\nlog_in = \"user\"\n{lines}"
        )
    };
    check(
        &office("dav", "notes", "url = \"http://dav.example\""),
        "6: `connection.url`: http://dav.example must begin with https://, only this machine itself may be reached over http://",
    );
    check(
        &office("http_api", "notes", "url = \"https://\""),
        "6: `connection.url`: https:// is no address such as https://office.example",
    );
    check(
        &office("imap", "email", "url = \"imap://mail.example\""),
        "6: `connection.url`: imap://mail.example would send passwords in the open: write imaps:// or \
         imap+starttls://, or imap+plain:// if nobody else can listen",
    );
    check(
        &office("imap", "email", "url = \"imaps://m\"\nsmtp = \"mail.example\""),
        "7: `connection.smtp`: mail.example is no address such as smtps://mail.example",
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let text =
        office("dav", "notes", &format!("url = \"https://d.example\"\n\nauthority = \"{}\"", file.display()));
    let place =
        format!("8: `connection.authority`: cannot read the certificate authority {}: ", file.display());
    check(&text, &format!("{place}No such file or directory (os error 2)"));
    fs::write(&file, "no certificate\n").unwrap();
    check(&text, &format!("{place}there is no certificate in it, as PEM"));
}

#[test]
fn mail_of_our_own_needs_a_server_an_address_and_both_or_neither_of_user_and_password() {
    let notice = |text: &str| format!("[notice]\n{text}");
    check(
        &notice("from = \"lomme@fjord.example\""),
        "1: `notice.smtp`: say where mail is handed over, as `smtp+starttls://mail.example`",
    );
    check(
        &notice("smtp = \"mail.example\""),
        "2: `notice.smtp`: mail.example is no address such as smtps://mail.example",
    );
    check(
        &notice("smtp = \"smtps://mail.example\"\nfrom = \"Lomme <lomme@fjord.example>\""),
        "3: `notice.from`: state the bare address that it is from, as `lomme@fjord.example`",
    );
    check(
        &notice("smtp = \"smtps://mail.example\"\nfrom = \"lomme@fjord.example\"\nuser = \"lomme\""),
        "4: `notice.user`: state `user` and `password`, or neither",
    );
    check(
        "[server]\nlisten = \"127.0.0.1:0\"\nurl = \"sync.example/\"",
        "3: `url`: write the address as browsers do, without a path: `https://sync.example`",
    );
}
