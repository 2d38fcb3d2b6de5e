use super::*;

fn load(file: Option<&str>, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("loggia.toml");
    std::fs::write(&path, file.unwrap_or("")).unwrap();
    Config::load(Some(&path), env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "[server]\nname = \"a.example\"\nlisten = \"127.0.0.1:1\"\n[limits]\nenabled = true\n";
    let config =
        load(Some(file), &[("LOGGIA_LISTEN", "127.0.0.1:2"), ("LOGGIA_LIMITS__ENABLED", "false")]).unwrap();
    assert_eq!(config.name.as_str(), "a.example");
    assert_eq!(config.listen.port(), 2);
    assert!(!config.settings.limits.enabled);
}

#[test]
fn each_mistake_names_the_field_and_its_source() {
    type Variables = &'static [(&'static str, &'static str)];
    let cases: &[(&str, Variables, &str, &str)] = &[
        ("[server]\nnmae = \"a.example\"\n", &[], "server.nmae", "loggia.toml"),
        ("[sever]\n", &[], "sever", "loggia.toml"),
        ("[server]\nname = 4\n", &[], "server.name", "loggia.toml"),
        ("", &[("LOGGIA_SERVER_NAME", "UPPER")], "server.name", "LOGGIA_SERVER_NAME"),
        ("", &[("LOGGIA_LISTEN", "nowhere")], "server.listen", "LOGGIA_LISTEN"),
        (
            "[accounts]\ndefault_channels = [\"general\", \"#a:b.example\"]\n",
            &[],
            "accounts.default_channels",
            "loggia.toml",
        ),
        ("", &[("LOGGIA_METRICS__LISTEN", "9464")], "metrics.listen", "LOGGIA_METRICS__LISTEN"),
        ("", &[("LOGGIA_METRICS__LISTEN", "0.0.0.0:8080")], "metrics.listen", "LOGGIA_METRICS__LISTEN"),
        (
            "",
            &[("LOGGIA_LIMITS__MESSAGE_BYTES", "99999999")],
            "limits.message_bytes",
            "LOGGIA_LIMITS__MESSAGE_BYTES",
        ),
        ("", &[("LOGGIA_LIMITS__ENABLED", "maybe")], "limits.enabled", "LOGGIA_LIMITS__ENABLED"),
        ("", &[("LOGGIA_REGISTRATION", "sometimes")], "accounts.registration", "LOGGIA_REGISTRATION"),
        ("", &[("LOGGIA_NO_SUCH", "1")], "LOGGIA_NO_SUCH", "LOGGIA_NO_SUCH"),
        ("", &[("LOGGIA_DATABASE_URL", "mysql://x")], "database.url", "LOGGIA_DATABASE_URL"),
        (
            "[federation]\nlisten = \"0.0.0.0:8080\"\n",
            &[("LOGGIA_LISTEN", "127.0.0.1:8080")],
            "federation.listen",
            "loggia.toml",
        ),
        ("= broken", &[], "configuration file", "loggia.toml"),
        ("", &[("LOGGIA_CONFIG", "")], "LOGGIA_CONFIG", "the environment"),
        ("", &[("LOGGIA_DATA_DIR", "")], "server.data_dir", "LOGGIA_DATA_DIR"),
        ("[server]\ndata_dir = \"/dev/null\"\n", &[], "server.data_dir", "loggia.toml"),
        ("[files]\nscan_clamd = \"nonsense\"\n", &[], "files.scan_clamd", "loggia.toml"),
        ("[files]\nscan_seconds = 0\n", &[], "files.scan_seconds", "loggia.toml"),
        ("[email]\nsmtp_url = \"smtp://b.test\"\nfrom = \"a@b.test\"\n", &[], "server.public_url", "default"),
    ];
    for (file, env, field, source) in cases {
        let error = load(Some(file), env).unwrap_err();
        assert_eq!(&error.field, field, "{error}");
        assert!(error.source.contains(source), "{error}");
    }
}

#[test]
fn what_examples_log_in_with_is_no_setting() {
    let config =
        load(None, &[("LOGGIA_URL", "http://x"), ("LOGGIA_USERNAME", "u"), ("LOGGIA_PASSWORD", "p")]);
    assert_eq!(config.map(|config| config.settings), Ok(Settings::default()));
}

#[test]
fn a_named_file_must_exist() {
    let error = Config::load(Some(Path::new("/nonexistent/loggia.toml")), std::iter::empty()).unwrap_err();
    assert!(error.source.contains("/nonexistent/loggia.toml"), "{error}");
}

#[test]
fn the_committed_sample_is_what_the_types_say() {
    let committed = std::fs::read_to_string("loggia.sample.toml").unwrap_or_default();
    assert!(committed == Settings::sample(), "loggia.sample.toml is stale: run `make openapi`");
}

#[test]
fn the_sample_uncommented_is_the_default() {
    let uncommented: String = Settings::sample()
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") && rest.starts_with(char::is_lowercase) => {
                format!("{rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let config = load(Some(&uncommented), &[]).unwrap();
    assert_eq!(config.settings, Settings::default());
}

#[test]
fn the_public_url_is_an_origin_as_browsers_write_it() {
    let url = |given: &str| {
        let env = [("LOGGIA_PUBLIC_URL", given)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        Config::load(None, env.into_iter()).map(|config| config.public_url())
    };
    for (given, origin) in [
        ("https://chat.example.org", "https://chat.example.org"),
        ("https://Chat.example.org/", "https://chat.example.org"),
        ("https://chat.example.org:443", "https://chat.example.org"),
        ("http://chat.example.org:8080//", "http://chat.example.org:8080"),
    ] {
        assert_eq!(url(given).as_deref().ok(), Some(origin), "{given}");
    }
    for given in [
        "https://chat.example.org/chat",
        "https://a@chat.example.org",
        "https://",
        "chat.example.org",
        "https://a/?b",
    ] {
        let error = url(given).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("public_url"), "{given}: {error}");
    }
}

#[test]
fn origins_of_web_clients_are_checked() {
    let origins = |given: &str| {
        let env = [("LOGGIA_SERVER__CLIENT_ORIGINS".to_owned(), given.to_owned())];
        Config::load(None, env.into_iter()).map(|config| config.client_origins)
    };
    let of = |origins: &[&str]| ClientOrigins::Of(origins.iter().map(|&origin| origin.to_owned()).collect());
    assert_eq!(origins(""), Ok(of(&[])));
    assert_eq!(
        origins("https://App.example.org/,http://localhost:5173"),
        Ok(of(&["https://app.example.org", "http://localhost:5173"]))
    );
    assert_eq!(origins("https://app.example.org,*"), Ok(ClientOrigins::Any));
    for given in ["app.example.org", "https://*.example.org", "https://app.example.org/chat", "null"] {
        let error = origins(given).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("client_origins"), "{given}: {error}");
    }
}

#[test]
fn a_server_is_named_by_its_settings_or_its_data() {
    let named = |file: Option<&Path>, env: &[(&str, &str)]| {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(file, env).unwrap().is_named
    };
    assert!(!named(None, &[]) && !named(None, &[("LOGGIA_LISTEN", "127.0.0.1:0")]));
    assert!(named(None, &[("LOGGIA_DATA_DIR", "/somewhere")]));
    assert!(named(None, &[("LOGGIA_DATABASE__URL", "postgres://somewhere")]));
    assert!(named(Some(Path::new("loggia.sample.toml")), &[]));
}
