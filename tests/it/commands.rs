//! What the program says of its settings before it touches anything.

use crate::support::Process;

/// The exit code of settings that can't be used.
const SETTINGS: Option<i32> = Some(2);

#[test]
fn settings_that_a_start_would_stumble_over_are_found_by_check_config() {
    let dir = tempfile::tempdir().expect("a directory");
    let nowhere = dir.path().join("nowhere").to_string_lossy().into_owned();
    let (broken, data) = (dir.path().join("broken.pem"), dir.path().join("data"));
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n")
        .expect("a file");
    let broken = broken.to_string_lossy().into_owned();
    let federating = ("LOGGIA_FEDERATION__ENABLED", "true");
    let served = [
        federating,
        ("LOGGIA_FEDERATION__LISTEN", "127.0.0.1:0"),
        ("LOGGIA_FEDERATION__TLS_CERT", &broken),
        ("LOGGIA_FEDERATION__TLS_KEY", &nowhere),
    ];
    let letters = ("LOGGIA_EMAIL__FROM", "a@b.test");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("LOGGIA_FILES__SCAN_COMMAND", &nowhere)], "files.scan_command"),
        (&[("LOGGIA_FILES__SCAN_COMMAND", "no-such-program-anywhere")], "no-such-program-anywhere"),
        (&[federating, ("LOGGIA_FEDERATION__EXTRA_ROOT_CA", &nowhere)], &nowhere),
        (&[("LOGGIA_PUSH__EXTRA_ROOT_CA", &broken)], &broken),
        (&served, &nowhere),
        (&[letters, ("LOGGIA_EMAIL__SMTP_URL", "mail.b.test")], "email.smtp_url"),
        (&[("LOGGIA_EMAIL__FROM", "nobody"), ("LOGGIA_EMAIL__SMTP_URL", "smtp://b.test")], "email.from"),
        (&[("LOGGIA_LOG__LEVEL", "info,=")], "log.level"),
        (&[("LOGGIA_SERVER_NAME", "localhost")], "must be a lower-case host name with a dot"),
    ];
    for (settings, said) in cases {
        let (code, text) = Process::run_with(&data, "", &["check-config"], settings);
        assert_eq!(code, SETTINGS, "{settings:?}: {text}");
        assert!(text.contains(said), "{settings:?}: {text}");
    }
    let good = [letters, ("LOGGIA_EMAIL__SMTP_URL", "smtp://b.test"), ("LOGGIA_FILES__SCAN_COMMAND", "true")];
    let (code, text) = Process::run_with(&data, "", &["check-config"], &good);
    assert_eq!(code, Some(0), "{text}");
    for line in ["letters     a@b.test", "scanned by  true", "federation  off", "database    SQLite"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!data.exists(), "nothing is made");
}

/// As in `loggia check-config | head -1`.
#[test]
fn a_command_whose_reader_has_gone_ends_without_a_word() {
    for arguments in [&["check-config"][..], &["openapi", "client"], &["check-config", "--sample"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_loggia"));
        command.args(arguments).stdout(writer);
        let output = command.output().expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*said), (Some(141), ""), "{arguments:?}");
    }
}
