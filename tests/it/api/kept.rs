//! What keeps files and what lets go of them: messages that wait for other servers, uploads that break off, bytes that are
//! lost.

use std::path::PathBuf;

use futures_util::StreamExt;
use image::ImageFormat;
use reqwest::{Body, Method};
use serde_json::{Value, json};

use super::files::{at, picture, stored, text};
use crate::both;
use crate::support::{Person, TestServer, eventually, run_sql};

async fn sweep_a_day_later(server: &TestServer) {
    run_sql(&server.database_url(), "UPDATE file_owners SET ts = ts - 86500000".to_owned()).await;
    let domain = &server.running.as_ref().expect("running").domain;
    domain.sweep_files().await.expect("swept");
}

both!(
    async fn what_waits_for_another_server_keeps_its_files(server: TestServer) {
        let ann = server.person("ann").await;
        ann.channel("General").await;
        let file = ann.upload("a", b"on its way".to_vec()).await;
        let of =
            "'n', '{}', '{\"attachments\":[{\"hash\":\"HASH\"}]}', 0".replace("HASH", text(&file["hash"]));
        let from = "FROM channels, users WHERE users.id = '@ann:a.test'";
        let signature = if server.database_url().starts_with("postgres") { "''::bytea" } else { "x''" };
        for (table, more, values) in [
            ("pending", ", host, signature", format!(", 'nowhere.test', {signature}")),
            ("refusals", ", code, detail, refused_ts", ", 'x', 'x', 0".to_owned()),
        ] {
            let add = format!(
                "INSERT INTO {table} (event_id, channel, sender, nonce, event, body, created_ts{more})
                 SELECT '$e', channels.num, users.num, {of}{values} {from}"
            );
            run_sql(&server.database_url(), add).await;
            for _ in 0..2 {
                sweep_a_day_later(&server).await;
                assert_eq!(ann.get(&at(&file)).await.bytes, b"on its way", "{table}");
            }
            run_sql(&server.database_url(), format!("DELETE FROM {table}")).await;
            let domain = &server.running.as_ref().expect("running").domain;
            domain.sweep_files().await.expect("swept");
            assert_eq!(ann.get(&at(&file)).await.status, 200, "there is a day for it again");
        }
        sweep_a_day_later(&server).await;
        ann.get(&at(&file)).await.problem(404, "file_not_found");
    }
);

/// Sends some bytes, and then nothing more.
fn stalled(ann: &Person, bytes: usize) -> reqwest::RequestBuilder {
    let some = futures_util::stream::iter([Ok::<_, std::io::Error>(vec![7_u8; bytes])]);
    let body = Body::wrap_stream(some.chain(futures_util::stream::pending()));
    ann.request(Method::POST, "/files").query(&[("name", "a")]).body(body)
}

both!(
    [("LOGGIA_FILES__MAX_BYTES", "4000"), ("LOGGIA_FILES__QUOTA_BYTES", "5000")]
    async fn what_is_coming_in_counts_and_goes_when_it_breaks_off(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let stalled = tokio::spawn(stalled(&ann, 3_000).send());
        eventually("some bytes", || async {
            let sizes = stored(server.data_dir()).into_iter().filter_map(|path| path.metadata().ok());
            sizes.into_iter().any(|metadata| metadata.len() == 3_000).then_some(())
        })
        .await;
        let post = |person: &Person, bytes: usize| {
            let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(vec![1_u8; bytes])]);
            let body = Body::wrap_stream(pieces);
            person.request(Method::POST, "/files").query(&[("name", "b")]).body(body)
        };
        ann.send(post(&ann, 3_000)).await.problem(413, "quota_exceeded");
        ann.send(post(&ann, 1_500)).await.expect(201);
        bob.send(post(&bob, 3_000)).await.expect(201);
        stalled.abort();
        eventually("no part", || async { (stored(server.data_dir()).len() == 2).then_some(()) }).await;
        eventually("room again", || async { (ann.send(post(&ann, 3_001)).await.status == 201).then_some(()) })
            .await;
    }
);

both!(
    async fn pictures_that_come_slowly_are_some_of_ones_uploads_and_in_no_memory(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let slow = || {
            let some = futures_util::stream::iter([Ok::<_, std::io::Error>(vec![7_u8; 1_000])]);
            let body = Body::wrap_stream(some.chain(futures_util::stream::pending()));
            ann.request(Method::PUT, "/me/avatar").body(body)
        };
        let held: Vec<_> = (0..8).map(|_| tokio::spawn(slow().send())).collect();
        eventually("eight on their way", || async {
            let sizes = stored(server.data_dir()).into_iter().filter_map(|path| path.metadata().ok());
            (sizes.filter(|metadata| metadata.len() == 1_000).count() == 8).then_some(())
        })
        .await;
        // One more is refused before it has come.
        ann.send(slow()).await.problem(503, "busy");
        let whole = |person: &Person| {
            person.request(Method::PUT, "/me/avatar").body(picture(ImageFormat::Png, 50, 50))
        };
        bob.send(whole(&bob)).await.expect(200);
        held.iter().for_each(tokio::task::JoinHandle::abort);
        eventually("room again", || async { (ann.send(whole(&ann)).await.status == 200).then_some(()) })
            .await;
        eventually("only the pictures stay", || async {
            (stored(server.data_dir()).len() == 2).then_some(())
        })
        .await;
    }
);

both!(
    async fn bytes_that_were_lost_come_again(server: TestServer) {
        let ann = server.person("ann").await;
        let file = ann.upload("a", b"lost and found".to_vec()).await;
        let [path]: [PathBuf; 1] = stored(server.data_dir()).try_into().expect("one file");
        std::fs::remove_file(path).expect("removed");
        ann.upload("b", b"lost and found".to_vec()).await;
        assert_eq!(ann.get(&at(&file)).await.bytes, b"lost and found");
    }
);

both!(
    async fn what_can_not_be_decoded_is_tried_once(server: TestServer) {
        let ann = server.person("ann").await;
        let whole = picture(ImageFormat::Png, 700, 500);
        let cut = whole[..whole.len() / 2].to_vec();
        let file = ann.upload("cut.png", cut.clone()).await;
        assert_eq!(file["width"], 700, "its beginning is good");
        let path = format!("/files/{}/thumbnail?size=96", text(&file["hash"]));
        ann.get(&path).await.problem(404, "no_picture");
        // It counts as no picture from now on, and has its bytes still.
        assert_eq!(ann.upload("cut.png", cut.clone()).await["width"], Value::Null);
        ann.get(&path).await.problem(404, "no_picture");
        ann.put("/me/avatar", json!({ "file": file["hash"] })).await.problem(400, "bad_picture");
        assert_eq!(ann.get(&at(&file)).await.bytes, cut);
    }
);

both!(
    async fn bytes_that_cannot_go_keep_no_others(server: TestServer) {
        // A file that is a directory, and comes first.
        let stuck = format!("{}A", "A".repeat(42));
        let place = server.data_dir().join("files").join(&stuck[..2]).join(&stuck);
        std::fs::create_dir_all(place.join("full")).expect("a directory");
        std::fs::write(place.join("full/of"), "something").expect("a file");
        run_sql(&server.database_url(), format!("INSERT INTO file_removals (hash) VALUES ('{stuck}')")).await;
        let ann = server.person("ann").await;
        ann.upload("a", b"unused".to_vec()).await;
        sweep_a_day_later(&server).await;
        assert_eq!(stored(server.data_dir()), [place.join("full/of")]);
    }
);
