//! Roles: who may do what to whom.

use serde_json::{Value, json};

use super::membership::set;
use crate::both;
use crate::support::{Person, TestServer};

struct Cast {
    channel: String,
    owner: Person,
    moderator: Person,
    member: Person,
    guest: Person,
}

async fn cast(server: &TestServer) -> Cast {
    let owner = server.person("owner").await;
    let channel = owner.channel("General").await;
    let (moderator, member) = (server.person("moderator").await, server.person("member").await);
    let guest = server.person("guest").await;
    for person in [&moderator, &member, &guest] {
        person.join(&channel).await;
    }
    set(&owner, &channel, &moderator, json!({ "role": "moderator" })).await.expect(200);
    set(&owner, &channel, &guest, json!({ "role": "guest" })).await.expect(200);
    Cast { channel, owner, moderator, member, guest }
}

both!(
    async fn a_guest_reads_and_reacts_but_does_not_post(server: TestServer) {
        let Cast { channel, owner, guest, .. } = cast(&server).await;
        let said = owner.say(&channel, "n1", "welcome").await;
        let hello = json!({ "nonce": "n1", "text": "hello" });
        guest.post(&format!("/channels/{channel}/messages"), hello).await.problem(403, "not_authorised");
        assert_eq!(guest.texts(&channel).await, ["welcome"]);
        let message = format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id"));
        guest.put(&format!("{message}/reactions/x"), Value::Null).await.expect(204);
        let pin = message.replace("/messages/", "/pins/");
        guest.put(&pin, Value::Null).await.problem(403, "not_authorised");
        guest.delete(&message).await.problem(403, "not_authorised");
        guest.patch(&message, json!({ "text": "mine" })).await.problem(403, "not_yours");
        assert_eq!(owner.texts(&channel).await, ["welcome"]);
    }
);

both!(
    async fn nobody_acts_on_an_equal_or_higher_role(server: TestServer) {
        let Cast { channel, owner, moderator, member, guest } = cast(&server).await;
        let second = server.person("second").await;
        second.join(&channel).await;
        set(&owner, &channel, &second, json!({ "role": "moderator" })).await.expect(200);
        for wanted in
            [json!({ "membership": "left" }), json!({ "membership": "banned" }), json!({ "role": "guest" })]
        {
            for (by, of) in
                [(&moderator, &owner), (&moderator, &second), (&member, &moderator), (&guest, &member)]
            {
                set(by, &channel, of, wanted.clone()).await.problem(403, "not_authorised");
            }
        }
        set(&moderator, &channel, &member, json!({ "role": "moderator" }))
            .await
            .problem(403, "not_authorised");
        // Nobody gives themselves a role.
        for role in ["owner", "member"] {
            set(&moderator, &channel, &moderator, json!({ "role": role }))
                .await
                .problem(403, "not_authorised");
        }
        let own = set(&moderator, &channel, &moderator, json!({ "role": "moderator" })).await.expect(200);
        assert_eq!(own["role"], "moderator");
        assert_eq!(owner.get(&format!("/channels/{channel}")).await.expect(200)["role"], "owner");
        assert_eq!(moderator.get(&format!("/channels/{channel}")).await.expect(200)["role"], "moderator");
        assert_eq!(
            set(&moderator, &channel, &member, json!({ "role": "guest" })).await.expect(200)["role"],
            "guest"
        );
        assert_eq!(
            set(&moderator, &channel, &guest, json!({ "role": "member" })).await.expect(200)["role"],
            "member"
        );
        let invitation = json!({ "membership": "invited", "role": "moderator" });
        let carl = server.person("carl").await;
        set(&owner, &channel, &carl, invitation).await.problem(403, "not_authorised");
    }
);

both!(
    async fn the_owner_leaves_last_or_hands_over(server: TestServer) {
        let Cast { channel, owner, moderator, member, guest } = cast(&server).await;
        let leave = format!("/channels/{channel}/leave");
        owner.post(&leave, Value::Null).await.problem(409, "owner_must_transfer");
        set(&owner, &channel, &owner, json!({ "membership": "left" }))
            .await
            .problem(409, "owner_must_transfer");
        set(&moderator, &channel, &member, json!({ "role": "owner" })).await.problem(403, "not_authorised");
        assert_eq!(
            set(&owner, &channel, &member, json!({ "role": "owner" })).await.expect(200)["role"],
            "owner"
        );
        assert_eq!(owner.get(&format!("/channels/{channel}")).await.expect(200)["role"], "moderator");
        owner
            .patch(&format!("/channels/{channel}"), json!({ "visibility": "private" }))
            .await
            .problem(403, "not_authorised");
        for person in [&owner, &moderator, &guest] {
            person.post(&leave, Value::Null).await.expect(204);
        }
        member.post(&leave, Value::Null).await.expect(204);
        let empty = owner.get(&format!("/channels/{channel}")).await.expect(200);
        assert_eq!(empty["member_count"], 0);
        // An empty channel waits for its last owner.
        owner.post(&format!("/channels/{channel}/join"), Value::Null).await.problem(403, "policy");
        member.join(&channel).await;
        assert_eq!(member.get(&format!("/channels/{channel}")).await.expect(200)["role"], "owner");
        owner.join(&channel).await;
    }
);

both!(
    async fn moderators_keep_order(server: TestServer) {
        let Cast { channel, owner, moderator, member, guest } = cast(&server).await;
        let said = member.say(&channel, "n1", "rude").await;
        let path = |message: &Value| {
            format!("/channels/{channel}/messages/{}", message["id"].as_str().expect("an id"))
        };
        guest.delete(&path(&said)).await.problem(403, "not_authorised");
        moderator.ask(reqwest::Method::DELETE, &path(&said), json!({ "reason": "rude" })).await.expect(204);
        let royal = owner.say(&channel, "n1", "royal").await;
        moderator.delete(&path(&royal)).await.problem(403, "not_authorised");
        set(&moderator, &channel, &guest, json!({ "membership": "banned" })).await.expect(200);
        set(&moderator, &channel, &member, json!({ "membership": "left" })).await.expect(200);
        // Out of the channel, an author ranks as a member.
        member.join(&channel).await;
        let last = member.say(&channel, "n2", "bye").await;
        member.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        moderator.delete(&path(&last)).await.expect(204);
        assert_eq!(owner.texts(&channel).await, ["", "royal", ""]);
    }
);
