use proptest::prelude::*;

use super::*;

const H: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn server_names() {
    let long_label = format!("{}.example", "a".repeat(63));
    for name in
        ["a.example", "xn--bcher-kva.example", "1.2.3.example", "a-b.c.d", "9.0xg", long_label.as_str()]
    {
        assert!(name.parse::<ServerName>().is_ok(), "{name}");
    }
    let too_long_label = format!("{}.example", "a".repeat(64));
    let too_long = format!("{}example", "abcdefg.".repeat(29));
    let bad = [
        "",
        "example",
        "a.example.",
        ".example",
        "a..example",
        "A.example",
        "a.example:8448",
        "127.0.0.1",
        "1.2",
        "[::1]",
        "::1",
        "-a.example",
        "a-.example",
        "a_b.example",
        "a.exam ple",
        "bücher.example",
        "1.0x7f",
        "a.0x",
        "a.example\n",
        "a.example/",
        &too_long_label,
        &too_long,
    ];
    for name in bad {
        assert_eq!(name.parse::<ServerName>(), Err(IdError::Server), "{name}");
    }
}

#[test]
fn users_and_aliases() {
    let user: UserId = "@alice.b_c-1:a.example".parse().unwrap();
    assert_eq!((user.local(), user.server_str()), ("alice.b_c-1", "a.example"));
    assert_eq!(user.server().as_str(), "a.example");
    assert_eq!(UserId::new("alice.b_c-1", &user.server()), Ok(user.clone()));
    assert_eq!(UserId::new("a:b", &user.server()), Err(IdError::User));
    let alias = Alias::new("general", &user.server()).unwrap();
    assert_eq!(
        (alias.as_str(), alias.local(), alias.server_str()),
        ("#general:a.example", "general", "a.example")
    );

    let too_long = format!("@{}:a.example", "a".repeat(65));
    for text in [
        "alice:a.example",
        "@:a.example",
        "@Alice:a.example",
        "@-a:a.example",
        "@alice",
        "@alice:",
        "@a:b:c.d",
        "@al ice:a.example",
        "#a:a.example",
        "@a\0:a.example",
        &too_long,
    ] {
        assert_eq!(text.parse::<UserId>(), Err(IdError::User), "{text:?}");
    }
}

#[test]
fn hashes_have_one_spelling() {
    assert_eq!(H.parse(), Ok(Hash([0; 32])));
    assert_eq!(Hash([0; 32]).to_string(), H);
    let bad = [
        "",
        &H[1..],
        &format!("{H}A"),
        &format!("{H}="),
        &format!("{}B", &H[1..]),
        &format!("{}+", &H[1..]),
        &format!("{}/", &H[1..]),
        &format!(" {}", &H[1..]),
        &"A".repeat(200),
    ];
    for text in bad {
        assert_eq!(text.parse::<Hash>(), Err(IdError::Hash), "{text:?}");
        assert!(format!("!{text}").parse::<ChannelId>().is_err(), "{text:?}");
        assert!(text.parse::<FileHash>().is_err(), "{text:?}");
    }
}

#[test]
fn short_names() {
    for kid in ["k", "k7", "2026_11", &"a".repeat(32)] {
        assert!(kid.parse::<KeyId>().is_ok(), "{kid}");
    }
    for kid in ["", "K", "k-1", "k.1", &"a".repeat(33)] {
        assert!(kid.parse::<KeyId>().is_err(), "{kid}");
    }
    assert!("aB3_-".parse::<Nonce>().is_ok());
    for nonce in ["", "a b", "a=", &"a".repeat(65)] {
        assert!(nonce.parse::<Nonce>().is_err(), "{nonce}");
    }
}

#[test]
fn what_is_said_of_a_bad_name_shows_a_good_one() {
    fn shown<T: FromStr<Err = IdError>>(sigil: &str) -> Option<T> {
        let said = "Ann".parse::<T>().err()?.to_string();
        said.split(' ').find(|word| word.starts_with(sigil))?.parse().ok()
    }
    assert_eq!(shown::<UserId>("@").map(|user| user.local().to_owned()), Some("ann".to_owned()));
    assert_eq!(shown::<Alias>("#").map(|alias| alias.local().to_owned()), Some("general".to_owned()));
    assert_eq!(shown::<ServerName>("chat").map(|name| name.to_string()), Some("chat.example.org".to_owned()));
}

#[test]
fn deserialising_validates() {
    assert!(serde_json::from_str::<UserId>("\"@a:a.example\"").is_ok());
    assert!(serde_json::from_str::<UserId>("\"a\"").is_err());
    assert!(serde_json::from_str::<UserId>("7").is_err());
    assert!(serde_json::from_value::<ServerName>(serde_json::json!("a.example")).is_ok());
}

proptest! {
    #[test]
    fn hash_round_trip(bytes: [u8; 32]) {
        let hash = Hash(bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        prop_assert_eq!(EventId::from_hash(hash).hash(), hash);
        prop_assert_eq!(ChannelId::from_hash(hash).hash(), hash);
        prop_assert_eq!(EventId::from_hash(hash).as_str().parse::<EventId>().unwrap(), EventId::from_hash(hash));
        let json = serde_json::to_string(&hash).unwrap();
        prop_assert_eq!(serde_json::from_str::<Hash>(&json).unwrap(), hash);
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = (text.parse::<UserId>(), text.parse::<Alias>(), text.parse::<EventId>(), text.parse::<ServerName>());
    }
}
