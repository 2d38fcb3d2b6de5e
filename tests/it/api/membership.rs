//! Who is in a channel, and how they came there or went.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::walk;
use crate::both;
use crate::support::person::Answer;
use crate::support::{Person, TestServer};

/// Asks for a change of somebody's membership.
pub async fn set(by: &Person, channel: &str, of: &Person, wanted: Value) -> Answer {
    by.put(&format!("/channels/{channel}/members/{}", of.id), wanted).await
}

async fn leave(person: &Person, channel: &str) -> Answer {
    person.post(&format!("/channels/{channel}/leave"), Value::Null).await
}

async fn join(person: &Person, channel: &str) -> Answer {
    person.post(&format!("/channels/{channel}/join"), Value::Null).await
}

/// The members as (name, membership, role).
async fn members(person: &Person, channel: &str, query: &str) -> Vec<(String, String, String)> {
    let page = person.get(&format!("/channels/{channel}/members{query}")).await.expect(200);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let listed = page["members"].as_array().expect("members");
    listed.iter().map(|m| (text(&m["user"]["username"]), text(&m["membership"]), text(&m["role"]))).collect()
}

fn row(name: &str, membership: &str, role: &str) -> (String, String, String) {
    (name.to_owned(), membership.to_owned(), role.to_owned())
}

both!(
    async fn joining_and_leaving_count_once(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let first = join(&bob, &channel).await.expect(200);
        let again = join(&bob, &channel).await.expect(200);
        assert_eq!((&first["member_count"], &first["role"]), (&json!(2), &json!("member")));
        assert_eq!(first, again, "whoever is in stays");
        assert_eq!(
            members(&ann, &channel, "").await,
            [row("ann", "joined", "owner"), row("bob", "joined", "member")]
        );
        leave(&bob, &channel).await.expect(204);
        leave(&bob, &channel).await.expect(204);
        let seen = bob.get(&format!("/channels/{channel}")).await.expect(200);
        assert_eq!((&seen["membership"], &seen["member_count"]), (&json!("left"), &json!(1)));
        assert_eq!(bob.get("/channels").await.expect(200)["channels"], json!([]));
        assert_eq!(members(&ann, &channel, "?membership=left").await, [row("bob", "left", "member")]);
        let carl = server.person("carl").await;
        leave(&carl, &channel).await.problem(403, "not_member");
    }
);

both!(
    async fn an_invitation_is_accepted_declined_or_withdrawn(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let body = json!({ "name": "Secret", "visibility": "private" });
        let channel = ann.post("/channels", body).await.expect(201)["id"].as_str().expect("an id").to_owned();
        let invited = set(&ann, &channel, &bob, json!({ "membership": "invited" })).await.expect(200);
        assert_eq!(
            (&invited["membership"], &invited["user"]["id"]),
            (&json!("invited"), &json!("@bob:a.test"))
        );
        let mine = bob.get("/channels").await.expect(200)["channels"].clone();
        assert_eq!((&mine[0]["id"], &mine[0]["membership"]), (&json!(channel), &json!("invited")));
        assert_eq!(mine[0]["member_count"], 1);
        leave(&bob, &channel).await.expect(204);
        join(&bob, &channel).await.problem(404, "channel_not_found");
        set(&ann, &channel, &bob, json!({ "membership": "invited", "role": "guest" })).await.expect(200);
        set(&ann, &channel, &bob, json!({ "membership": "left" })).await.expect(200);
        join(&bob, &channel).await.problem(404, "channel_not_found");
        set(&ann, &channel, &bob, json!({ "membership": "invited", "role": "guest" })).await.expect(200);
        assert_eq!(join(&bob, &channel).await.expect(200)["role"], "guest", "as the invitation says");
        set(&ann, &channel, &bob, json!({ "membership": "invited" })).await.problem(409, "bad_target");
    }
);

both!(
    async fn whoever_is_removed_may_come_back_and_whoever_is_banned_may_not(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        bob.join(&channel).await;
        let said = bob.say(&channel, "n1", "hello").await;
        set(&ann, &channel, &bob, json!({ "membership": "left", "reason": "calm down" })).await.expect(200);
        let hello = json!({ "nonce": "n2", "text": "hello" });
        bob.post(&format!("/channels/{channel}/messages"), hello.clone()).await.problem(403, "not_member");
        bob.join(&channel).await;
        let banned = json!({ "membership": "banned", "reason": "again" });
        assert_eq!(set(&ann, &channel, &bob, banned.clone()).await.expect(200)["membership"], "banned");
        assert_eq!(set(&ann, &channel, &bob, banned).await.expect(200)["membership"], "banned");
        join(&bob, &channel).await.problem(403, "banned");
        leave(&bob, &channel).await.problem(403, "banned");
        bob.post(&format!("/channels/{channel}/messages"), hello).await.problem(403, "banned");
        let message = format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id"));
        bob.delete(&message).await.problem(403, "not_member");
        set(&ann, &channel, &bob, json!({ "membership": "invited" })).await.problem(409, "bad_target");
        assert_eq!(members(&ann, &channel, "?membership=banned").await, [row("bob", "banned", "member")]);
        // Who did it, and why, is told of those who are not in.
        let path = format!("/channels/{channel}/members");
        let listed = ann.get(&format!("{path}?membership=banned")).await.expect(200);
        let change = &listed["members"][0]["change"];
        assert_eq!((&change["by"], &change["reason"]), (&json!(ann.id), &json!("again")));
        assert!(change["ts"].as_i64().expect("a time") > 1_700_000_000_000);
        let listed = ann.get(&path).await.expect(200);
        assert_eq!(listed["members"][0].get("change"), None);
        set(&ann, &channel, &bob, json!({ "membership": "left" })).await.expect(200);
        bob.join(&channel).await;
        // Somebody can be banned who was never there.
        let carl = server.person("carl").await;
        set(&ann, &channel, &carl, json!({ "membership": "banned" })).await.expect(200);
        join(&carl, &channel).await.problem(403, "banned");
    }
);

both!(
    async fn a_private_channel_is_gone_for_whoever_is_banned(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let body = json!({ "name": "Secret", "visibility": "private" });
        let channel = ann.post("/channels", body).await.expect(201)["id"].as_str().expect("an id").to_owned();
        set(&ann, &channel, &bob, json!({ "membership": "invited" })).await.expect(200);
        bob.join(&channel).await;
        ann.say(&channel, "n1", "before @bob").await;
        set(&ann, &channel, &bob, json!({ "membership": "banned" })).await.expect(200);
        join(&bob, &channel).await.problem(404, "channel_not_found");
        let inbox = bob.get("/notifications").await.expect(200);
        assert_eq!((&inbox["notifications"], &inbox["unread"]), (&json!([]), &json!(0)));
        assert_eq!(bob.get("/sync").await.expect(200)["notifications_unread"], 0);
    }
);

both!(
    async fn knocking_asks_to_be_let_in(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("Club").await;
        let path = format!("/channels/{channel}");
        set(&bob, &channel, &bob, json!({ "membership": "knocking" })).await.problem(403, "policy");
        ann.patch(&path, json!({ "policy": { "join": "knock" } })).await.expect(200);
        join(&bob, &channel).await.problem(403, "policy");
        set(&bob, &channel, &bob, json!({ "membership": "knocking" })).await.expect(200);
        assert_eq!(members(&ann, &channel, "?membership=knocking").await, [row("bob", "knocking", "member")]);
        join(&bob, &channel).await.problem(403, "policy");
        set(&ann, &channel, &bob, json!({ "membership": "invited" })).await.expect(200);
        bob.join(&channel).await;
    }
);

both!(
    async fn pages_of_members_are_disjoint_and_complete(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let names: Vec<String> = (0..6).map(|n| format!("m{n}")).collect();
        let people = join_all(names.iter().map(|name| server.person(name))).await;
        join_all(people.iter().map(|person| person.join(&channel))).await;
        for limit in [1, 3, 6, 7, 8, 200] {
            let pages = walk(&ann, &format!("/channels/{channel}/members?limit={limit}"), "members").await;
            assert_eq!(pages.len(), 7_usize.div_ceil(limit));
            let listed = pages.concat();
            let mut found: Vec<&str> =
                listed.iter().filter_map(|member| member["user"]["username"].as_str()).collect();
            found.sort_unstable();
            assert_eq!(found, ["ann", "m0", "m1", "m2", "m3", "m4", "m5"]);
        }
        for (query, code) in [
            ("limit=0", "bad_limit"),
            ("limit=201", "bad_limit"),
            ("cursor=x", "bad_cursor"),
            ("membership=king", "bad_query"),
        ] {
            ann.get(&format!("/channels/{channel}/members?{query}")).await.problem(400, code);
        }
    }
);

both!(
    async fn a_change_of_membership_must_make_sense(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let channel = ann.channel("General").await;
        let problem = set(&ann, &channel, &bob, json!({})).await.problem(400, "bad_member");
        assert_eq!(problem["errors"][0]["pointer"], "/membership");
        set(&ann, &channel, &bob, json!({ "reason": "none" })).await.problem(400, "bad_member");
        set(&ann, &channel, &bob, json!({ "membership": "king" })).await.problem(400, "bad_json");
        let roles = json!({ "membership": "left", "role": "guest" });
        let problem = set(&ann, &channel, &bob, roles).await.problem(400, "bad_member");
        assert_eq!(problem["errors"][0]["pointer"], "/role");
        let long = json!({ "membership": "banned", "reason": "x".repeat(501) });
        set(&ann, &channel, &bob, long).await.problem(400, "bad_reason");
        // Nobody is made to join, or removed from where they are not.
        set(&ann, &channel, &bob, json!({ "membership": "joined" })).await.problem(409, "bad_target");
        set(&ann, &channel, &bob, json!({ "role": "moderator" })).await.problem(409, "bad_target");
        set(&ann, &channel, &bob, json!({ "membership": "left" })).await.problem(409, "bad_target");
        set(&ann, &channel, &bob, json!({ "membership": "knocking" })).await.problem(409, "bad_target");
        set(&ann, &channel, &ann, json!({ "membership": "banned" })).await.problem(409, "bad_target");
        // Who is joined stays as they are.
        bob.join(&channel).await;
        set(&ann, &channel, &bob, json!({ "role": "moderator" })).await.expect(200);
        let joined = set(&ann, &channel, &bob, json!({ "membership": "joined" })).await.expect(200);
        assert_eq!((&joined["membership"], &joined["role"]), (&json!("joined"), &json!("moderator")));
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        let path = format!("/channels/{channel}/members");
        ann.put(&format!("{path}/@nobody:a.test"), json!({ "membership": "invited" }))
            .await
            .problem(404, "user_not_found");
        ann.put(&format!("{path}/nobody"), json!({ "membership": "invited" })).await.problem(400, "bad_path");
        assert_eq!(members(&ann, &channel, "").await, [row("ann", "joined", "owner")]);
    }
);

both!(
    async fn an_invitation_says_whose_it_is(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let private = json!({ "name": "Plans", "visibility": "private" });
        let channel = ann.post("/channels", private).await.expect(201)["id"].clone();
        let channel = channel.as_str().expect("an id");
        set(&ann, channel, &bob, json!({ "membership": "invited" })).await.expect(200);
        let path = format!("/channels/{channel}");
        let invited = bob.get(&path).await.expect(200);
        assert_eq!(
            (&invited["membership"], &invited["invited_by"]["id"]),
            (&json!("invited"), &json!(ann.id))
        );
        bob.join(channel).await;
        assert_eq!(bob.get(&path).await.expect(200).get("invited_by"), None);
        assert_eq!(ann.get(&path).await.expect(200).get("invited_by"), None);
    }
);
