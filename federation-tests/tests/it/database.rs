//! PostgreSQL by TLS: only what has a certificate for its name is talked to.

use std::path::Path;

use federation_tests::ca::Authority;
use federation_tests::{World, postgresql};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const URL: &str = "LOGGIA_DATABASE_URL";
/// What a client asks for TLS with (`SSLRequest` of PostgreSQL's protocol).
const ASKS_FOR_TLS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// What stands before a database and does TLS for it, as `localhost`. Whoever does not ask for that is told nothing.
async fn guard(authority: &Authority, dir: &Path, database: String) -> u16 {
    let acceptor = authority.acceptor(dir, "localhost");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (acceptor, database) = (acceptor.clone(), database.clone());
            tokio::spawn(async move {
                let mut asked = [0; 8];
                if client.read_exact(&mut asked).await.is_err() || asked != ASKS_FOR_TLS {
                    return;
                }
                client.write_all(b"S").await.expect("an answer");
                let Ok(mut client) = acceptor.accept(client).await else { return };
                let mut server = TcpStream::connect(&database).await.expect("the database");
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_elsewhere_is_reached_by_tls() {
    let name = format!("loggia_tls_{}", std::process::id());
    let Some(url) = postgresql::url(&name) else { return };
    postgresql::sql(format!("CREATE DATABASE {name}"));
    let dir = tempfile::tempdir().expect("a directory");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let (authority, stranger) = (Authority::new(dir.path()), Authority::new(elsewhere.path()));
    let (before, place) = url.rsplit_once('@').expect("a user in the URL");
    let (address, _) = place.split_once('/').expect("a database in the URL");
    let port = guard(&authority, dir.path(), address.to_owned()).await;
    let by = |host: &str, query: &str| format!("{before}@{host}:{port}/{name}?{query}");
    let ours = authority.certificate.to_string_lossy().into_owned();
    let safe = by("localhost", &format!("connect_timeout=5&sslmode=verify-full&sslrootcert={ours}"));
    let mut world = World::with(1, |_, settings| {
        settings.insert(URL.to_owned(), safe.clone());
    })
    .await;
    let ann = world.servers[0].person("ann").await;
    let channel = ann.channel("general").await;
    ann.say(&channel, "n1", "by TLS").await;
    assert_eq!(ann.texts(&channel).await, ["by TLS"]);
    world.kill(0);
    let server = &mut world.servers[0];
    assert!(server.run(&["verify"]).0);
    // Nothing is said to anybody else, whatever the strictness that was asked for.
    let theirs = stranger.certificate.to_string_lossy().into_owned();
    let refused = [
        (by("localhost", "sslmode=require"), "UnknownIssuer"),
        (by("localhost", &format!("sslmode=verify-ca&sslrootcert={theirs}")), "invalid peer certificate"),
        (by("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={ours}")), "not valid for name"),
        (by("localhost", "sslmode=disable"), "cannot open the database"),
        (by("localhost", "sslmode=sometimes"), "sslmode \"sometimes\""),
    ];
    for (url, why) in refused {
        server.settings.insert(URL.to_owned(), url.clone());
        let (good, said) = server.run(&["verify"]);
        assert!(!good && said.contains(why), "{url}: {said}");
    }
    let (good, said) = server.run(&["check-config"]);
    assert!(!good && said.contains("database.url: sslmode"), "{said}");
    postgresql::sql(format!("DROP DATABASE {name} WITH (FORCE)"));
}
