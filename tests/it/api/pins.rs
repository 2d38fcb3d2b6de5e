//! Pinned messages.

use serde_json::{Value, json};

use super::ids;
use crate::both;
use crate::support::TestServer;

both!(
    async fn pins_stand_in_the_order_in_which_they_were_made(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        bob.join(&channel).await;
        let said = ann.say_some(&channel, 3).await;
        let pin = |n: usize| format!("{path}/pins/{}", said[n]);
        for n in [2, 0, 1, 0] {
            bob.put(&pin(n), Value::Null).await.expect(204);
        }
        let expected = [said[2].clone(), said[0].clone(), said[1].clone()];
        assert_eq!(ids(&ann.get(&format!("{path}/pins")).await.expect(200)["messages"]), expected);
        let head = ann.get(&path).await.expect(200);
        assert_eq!(head["pins"], json!(expected));
        ann.delete(&pin(0)).await.expect(204);
        ann.delete(&pin(0)).await.expect(204);
        let now = ann.get(&path).await.expect(200);
        assert_eq!(now["pins"], json!([said[2], said[1]]));
        assert_eq!(now["head"].as_i64(), head["head"].as_i64().map(|head| head + 1));
        ann.delete(&format!("{path}/messages/{}", said[2])).await.expect(204);
        assert_eq!(ids(&ann.get(&format!("{path}/pins")).await.expect(200)["messages"]), [said[1].clone()]);
        ann.delete(&pin(2)).await.expect(204);
        assert_eq!(ann.get(&path).await.expect(200)["pins"], json!([said[1]]));
        let unknown = format!("{path}/pins/${}", "A".repeat(43));
        ann.put(&unknown, Value::Null).await.problem(404, "message_not_found");
        ann.delete(&unknown).await.problem(404, "message_not_found");
        let carl = server.person("carl").await;
        carl.put(&pin(0), Value::Null).await.problem(403, "not_member");
        carl.get(&format!("{path}/pins")).await.problem(403, "not_member");
    }
);

both!(
    async fn a_channel_has_at_most_a_hundred_pins(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let mut last = String::new();
        for n in 0..101 {
            let said = ann.say(&channel, &format!("n{n}"), "hello").await;
            last = format!("/channels/{channel}/pins/{}", said["id"].as_str().expect("an id"));
            if n < 100 {
                ann.put(&last, Value::Null).await.expect(204);
            }
        }
        ann.put(&last, Value::Null).await.problem(409, "pins_full");
        let pins = ann.get(&format!("/channels/{channel}/pins")).await.expect(200)["messages"].clone();
        ann.delete(&format!("/channels/{channel}/pins/{}", ids(&pins)[0])).await.expect(204);
        ann.put(&last, Value::Null).await.expect(204);
    }
);

both!(
    async fn the_pin_of_a_deleted_message_goes_with_it(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let path = format!("/channels/{channel}");
        let said = ann.say_some(&channel, 2).await;
        for id in &said {
            ann.put(&format!("{path}/pins/{id}"), Value::Null).await.expect(204);
        }
        ann.delete(&format!("{path}/messages/{}", said[0])).await.expect(204);
        assert_eq!(ann.get(&path).await.expect(200)["pins"], json!([said[1]]));
    }
);
