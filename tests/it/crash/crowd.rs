//! A channel of which more people are known than are kept at hand.

use loggia::domain::writer::Work;
use loggia::protocol::ids::{ChannelId, UserId};
use serde_json::json;

use crate::both;
use crate::support::TestServer;

both!(
    async fn a_ban_is_kept_however_many_people_are_at_hand(server: TestServer) {
        let domain = server.running.as_ref().expect("running").domain.clone();
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let room = ann.channel("General").await;
        let id: ChannelId = room.parse().expect("an id");
        let member = format!("/channels/{room}/members/{}", bob.id);
        // The state keeps 2,048 people at hand. Somebody may be the one too many, in any step of what is done.
        for at_hand in 2_045..=2_049 {
            bob.join(&room).await;
            let channel = id.clone();
            let crowd = move |work: &mut Work<'_>| {
                let num = work.lane.num_of(work.conn, &channel)?.expect("a channel");
                let open = work.lane.open(work.conn, num)?;
                open.forget_state();
                let people: Vec<UserId> =
                    (0..at_hand).map(|n| format!("@p{n}:b.test").parse().expect("an id")).collect();
                let people: Vec<&UserId> = people.iter().collect();
                open.state_of(work.conn, &people).map(drop)
            };
            domain.writer.channel(&id, crowd).await.expect("a crowd");
            let banned = ann.put(&member, json!({ "membership": "banned" })).await.expect(200);
            assert_eq!(banned["membership"], "banned", "{at_hand}");
            bob.get(&format!("/channels/{room}/messages")).await.problem(403, "not_member");
            ann.put(&member, json!({ "membership": "left" })).await.expect(200);
        }
    }
);
