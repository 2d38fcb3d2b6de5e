//! What is checked of the settings on files: what is wrong with them would be found out when somebody sends one.

use super::fields::{FileStorage, Files};

type Problem = (&'static str, String);

/// # Errors
/// The first setting that can't be used, and what is wrong with it.
pub(super) fn check(files: &Files) -> Result<(), Problem> {
    if files.storage == FileStorage::S3 {
        check_bucket(files)?;
    }
    // Whoever gives both counts on both.
    if !files.scan_command.is_empty() && !files.scan_clamd.is_empty() {
        return Err((
            "scan_clamd",
            "must be left out where files.scan_command is given: one of them examines files".to_owned(),
        ));
    }
    if !is_clamd(&files.scan_clamd) {
        let problem = format!(
            "must be \"host:port\", or the path of a socket that begins with a slash, not {:?}",
            &*files.scan_clamd
        );
        return Err(("scan_clamd", problem));
    }
    Ok(())
}

fn is_clamd(given: &str) -> bool {
    let is_host = |host: &str| {
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        match bracketed {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
            }
        }
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    given.is_empty()
        || given.starts_with('/')
        || given.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && is_port(port))
}

fn check_bucket(files: &Files) -> Result<(), Problem> {
    for (field, value) in [
        ("s3_endpoint", &files.s3_endpoint),
        ("s3_bucket", &files.s3_bucket),
        ("s3_region", &files.s3_region),
        ("s3_key", &files.s3_key),
        ("s3_secret", &files.s3_secret),
    ] {
        if value.is_empty() {
            return Err((field, "must be given when files are kept in S3".to_owned()));
        }
    }
    check_endpoint(&files.s3_endpoint).map_err(|problem| ("s3_endpoint", problem))?;
    if !files.s3_bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)) {
        let problem = format!("must be the name of a bucket alone, not {:?}", &*files.s3_bucket);
        return Err(("s3_bucket", problem));
    }
    // None is said here: the settings are printed where others read.
    for (field, value) in
        [("s3_region", &files.s3_region), ("s3_key", &files.s3_key), ("s3_secret", &files.s3_secret)]
    {
        if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err((field, "has a space or a sign in it that none has: is all of it meant?".to_owned()));
        }
    }
    Ok(())
}

/// An address that can be asked: whatever the library that asks takes for none would fail with each file only.
fn check_endpoint(given: &str) -> Result<(), String> {
    let wrong = || format!("must be an address such as \"https://s3.example.org\", not {given:?}");
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let is_web = given.starts_with("https://") || given.starts_with("http://");
    let url = url::Url::parse(given).map_err(|_| wrong())?;
    if !is_web || !given.bytes().all(is_plain) || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not have a password in it: that is s3_secret".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Text;

    fn wrong(change: impl FnOnce(&mut Files)) -> Option<&'static str> {
        let mut files = Files {
            storage: FileStorage::S3,
            s3_endpoint: Text::new("https://s3.example.org"),
            s3_bucket: Text::new("chat-files"),
            s3_key: Text::new("AKIA7"),
            s3_secret: Text::new("a/b+c="),
            ..Files::default()
        };
        change(&mut files);
        check(&files).err().map(|(field, _)| field)
    }

    #[test]
    fn a_bucket_that_could_not_be_asked_is_refused() {
        for good in
            ["https://s3.example.org", "http://127.0.0.1:9000/", "https://[::1]:9000", "https://a/minio"]
        {
            assert_eq!(wrong(|files| files.s3_endpoint = Text::new(good)), None, "{good}");
        }
        for bad in [
            "",
            "not a url",
            "s3.example.org",
            "ftp://s3.example.org",
            "https://",
            "https:// s3.example.org",
            "https://s3.example.org\n",
            "https://ex\u{e4}mple.org",
            "https://key:secret@s3.example.org",
            "https://s3.example.org?bucket=a",
            "https://s3.example.org:99999",
            "https://s3.example.org/{bucket}",
        ] {
            assert_eq!(wrong(|files| files.s3_endpoint = Text::new(bad)), Some("s3_endpoint"), "{bad}");
        }
        for bad in ["", "a/b", "a b", "https://s3.example.org/a", "\u{e4}"] {
            assert_eq!(wrong(|files| files.s3_bucket = Text::new(bad)), Some("s3_bucket"), "{bad}");
        }
        assert_eq!(wrong(|files| files.s3_key = Text::new("AKIA7\n")), Some("s3_key"));
        assert_eq!(wrong(|files| files.s3_secret = Text::new("")), Some("s3_secret"));
        assert_eq!(wrong(|files| files.s3_region = Text::new("eu central")), Some("s3_region"));
        for good in
            ["", "/run/clamav/clamd.ctl", "localhost:3310", "clam_av:3310", "192.0.2.7:3310", "[::1]:3310"]
        {
            assert_eq!(wrong(|files| files.scan_clamd = Text::new(good)), None, "{good}");
        }
        for bad in [
            "nonsense",
            "clamd.ctl",
            "localhost:",
            "localhost:0",
            ":3310",
            "tcp://a:3310",
            "::1:3310",
            "a b:1",
        ] {
            assert_eq!(wrong(|files| files.scan_clamd = Text::new(bad)), Some("scan_clamd"), "{bad}");
        }
        let both = |files: &mut Files| {
            files.scan_command = Text::new("/usr/bin/clamscan");
            files.scan_clamd = Text::new("localhost:3310");
        };
        assert_eq!(wrong(both), Some("scan_clamd"));
        assert_eq!(wrong(|files| files.scan_command = Text::new("/usr/bin/clamscan")), None);
        // Nobody asks what is not used.
        let unused = |files: &mut Files| {
            files.storage = FileStorage::Local;
            files.s3_endpoint = Text::new("not a url");
        };
        assert_eq!(wrong(unused), None);
    }
}
