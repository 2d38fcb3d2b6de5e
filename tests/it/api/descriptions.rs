//! What is said of a message's files for those who can't see or hear them.

use serde_json::{Value, json};

use super::files::{picture, text};
use crate::both;
use crate::support::{Person, TestServer};

fn of(message: &Value) -> &Value {
    &message["attachments"][0]["description"]
}

fn body(nonce: &str, file: &Value, description: &Value) -> Value {
    let attached = json!({ "file": file["hash"], "name": "map.png", "description": description });
    json!({ "nonce": nonce, "text": "", "attachments": [attached] })
}

async fn sends(person: &Person, channel: &str, nonce: &str, file: &Value, description: &Value) -> Value {
    person.post(&format!("/channels/{channel}/messages"), body(nonce, file, description)).await.expect(201)
}

both! {
    async fn a_file_is_described(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Maps").await;
        bob.join(&channel).await;
        let file = ann.upload("map.png", picture(image::ImageFormat::Png, 30, 20)).await;
        let said = json!("A map of the harbour,\nwith a \u{1f6a2} <b>");
        let sent = sends(&ann, &channel, "n1", &file, &said).await;
        assert_eq!(of(&sent), &said);
        let path = format!("/channels/{channel}/messages/{}", text(&sent["id"]));
        assert_eq!(of(&bob.get(&path).await.expect(200)), &said);
        let found = bob.get("/search?q=harbour").await.expect(200);
        assert_eq!(found["results"][0]["message"]["id"], sent["id"]);
        // The text is another's business.
        let edited = ann.patch(&path, json!({ "text": "look" })).await.expect(200);
        assert_eq!(of(&edited), &said);
        assert_eq!(of(&ann.get("/me/export").await.expect(200)["messages"][0]), &said);
    }
}

both! {
    async fn what_describes_nothing_is_none(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("Maps").await;
        let file = ann.upload("map.png", b"a map".to_vec()).await;
        for (n, none) in [json!(null), json!(""), json!(" \n "), json!("\u{200b}")].into_iter().enumerate() {
            let sent = sends(&ann, &channel, &format!("n{n}"), &file, &none).await;
            assert_eq!(sent["attachments"][0].get("description"), None, "{none}");
        }
    }
}

both! {
    async fn a_description_has_bounds(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("Maps").await;
        let file = ann.upload("map.png", b"a map".to_vec()).await;
        let most = ann.get("/server").await.expect(200)["limits"]["attachment_description_chars"].clone();
        assert_eq!(most, 1_000);
        let long = json!("ä".repeat(1_000));
        assert_eq!(of(&sends(&ann, &channel, "n1", &file, &long).await), &long);
        let path = format!("/channels/{channel}/messages");
        for bad in ["ä".repeat(1_001), "a\tb".to_owned(), "a\u{0}b".to_owned()] {
            let refused = ann.post(&path, body("n2", &file, &json!(bad))).await.problem(400, "bad_attachments");
            assert_eq!(refused["errors"][0]["pointer"], "/attachments/0/description");
        }
        ann.post(&path, body("n2", &file, &json!(7))).await.problem(400, "bad_json");
    }
}

both! {
    async fn the_same_again_has_the_same_description(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("Maps").await;
        let file = ann.upload("map.png", b"a map".to_vec()).await;
        let sent = sends(&ann, &channel, "n1", &file, &json!("A map")).await;
        let path = format!("/channels/{channel}/messages");
        let again = ann.post(&path, body("n1", &file, &json!(" A map "))).await.expect(200);
        assert_eq!(again["id"], sent["id"]);
        for other in [json!("A plan"), json!(null)] {
            ann.post(&path, body("n1", &file, &other)).await.problem(409, "nonce_reused");
        }
    }
}
