//! Search: what is found, by whom, and what hostile queries are answered.

use loggia::storage::Conn;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::walk;
use crate::both;
use crate::support::{Person, Random, TestServer};

fn path(query: &str) -> String {
    format!("/search?q={}", utf8_percent_encode(query, NON_ALPHANUMERIC))
}

/// The texts of what is found, the newest first.
async fn found(person: &Person, query: &str) -> Vec<String> {
    let page = person.get(&path(query)).await.expect(200);
    texts(&page["results"])
}

fn texts(results: &Value) -> Vec<String> {
    let results = results.as_array().expect("results");
    results.iter().map(|result| result["message"]["text"].as_str().expect("a text").to_owned()).collect()
}

both!(
    async fn words_are_found_however_they_are_written(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let all = [
            "The **Café** is open",
            "cafeteria, closed",
            "one two three",
            "three two one",
            "私は東京都に住んでいます",
            "京都に行きたい",
            "done 🎉",
            "see https://loggia.test/a_b-c?d=1",
            "don't panic",
            "สวัสดีชาวโลก",
            "مَرْحَبًا بالعالم",
        ];
        for (n, text) in all.iter().enumerate() {
            ann.say(&channel, &format!("n{n}"), text).await;
        }
        for (query, expected) in [
            ("cafe", vec![all[0]]),
            ("CAFÉ", vec![all[0]]),
            ("cafe*", vec![all[1], all[0]]),
            ("caf", vec![]),
            ("one two", vec![all[3], all[2]]),
            ("\"one two\"", vec![all[2]]),
            ("\"one tw\"*", vec![all[2]]),
            ("two -\"two three\"", vec![all[3]]),
            ("three -one", vec![]),
            ("東京", vec![all[4]]),
            ("東京都", vec![all[4]]),
            ("京都", vec![all[5], all[4]]),
            ("京都に行", vec![all[5]]),
            ("京", vec![all[5], all[4]]),
            ("す", vec![all[4]]),
            ("🎉", vec![all[6]]),
            ("loggia.test", vec![all[7]]),
            ("a_b-c", vec![all[7]]),
            ("don't", vec![all[8]]),
            ("has:link", vec![all[7]]),
            ("สวัสดี", vec![all[9]]),
            ("โลก", vec![all[9]]),
            ("مرحبا", vec![all[10]]),
            ("HAS:Link", vec![all[7]]),
            ("open OR closed", vec![]),
            ("nothing", vec![]),
        ] {
            assert_eq!(found(&ann, query).await, expected, "{query}");
        }
    }
);

both!(
    async fn hits_are_marked_in_units_of_utf16(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let text = "🎉🎉 Grüße aus Köln, grusse! 東京都";
        ann.say(&channel, "n1", text).await;
        let units: Vec<u16> = text.encode_utf16().collect();
        let marked = async |query: &str| {
            let page = ann.get(&path(query)).await.expect(200);
            let ranges = page["results"][0]["highlights"].as_array().expect("highlights").clone();
            let part = |range: &Value| {
                let number = |n: usize| usize::try_from(range[n].as_u64().expect("a number")).expect("small");
                String::from_utf16(&units[number(0)..number(0) + number(1)]).expect("whole characters")
            };
            ranges.iter().map(part).collect::<Vec<_>>()
        };
        assert_eq!(marked("koln").await, ["Köln"]);
        assert_eq!(marked("gru*").await, ["Grüße", "grusse"]);
        assert_eq!(marked("\"aus koln\" grusse").await, ["aus Köln", "grusse"]);
        assert_eq!(marked("京都 from:me").await, ["京都"]);
        assert_eq!(marked("🎉").await, ["🎉🎉"]);
        assert_eq!(marked("from:ann -x").await, [""; 0]);
    }
);

both!(
    async fn operators_narrow_a_search(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let (one, two) = (ann.channel("Garden party").await, ann.channel("Two").await);
        ann.patch(&format!("/channels/{two}"), json!({ "alias": "second" })).await.expect(200);
        bob.join(&one).await;
        bob.join(&two).await;
        let root = ann.say(&one, "n1", "tea one").await;
        bob.say(&one, "n2", "tea two @ann").await;
        ann.say(&two, "n3", "tea three @channel").await;
        bob.say(&two, "n4", "tea four").await;
        let reply = json!({ "nonce": "n5", "text": "tea five", "thread": root["id"] });
        bob.post(&format!("/channels/{one}/messages"), reply).await.expect(201);
        let dm = ann.post("/dms", json!({ "users": ["@bob:a.test"] })).await.expect(201);
        ann.say(dm["id"].as_str().expect("an id"), "n6", "tea six").await;
        for (query, expected) in [
            ("tea", vec!["six", "five", "four", "three @channel", "two @ann", "one"]),
            ("from:bob", vec!["five", "four", "two @ann"]),
            ("tea from:@ann:a.test", vec!["six", "three @channel", "one"]),
            ("tea -from:me", vec!["five", "four", "two @ann"]),
            ("tea from:ann from:bob in:two", vec!["four", "three @channel"]),
            ("tea in:#second", vec!["four", "three @channel"]),
            ("tea in:#second:a.test from:bob", vec!["four"]),
            ("tea in:\"garden party\"", vec!["five", "two @ann", "one"]),
            (&format!("tea -in:{one}"), vec!["six", "four", "three @channel"]),
            ("tea in:@bob", vec!["six"]),
            ("mentions:me", vec!["three @channel", "two @ann"]),
            ("mentions:bob", vec!["three @channel"]),
            ("tea -mentions:me in:two", vec!["four"]),
            ("is:thread", vec!["five"]),
            ("tea -is:thread in:\"Garden Party\"", vec!["two @ann", "one"]),
            ("tea before:1971", vec![]),
            ("tea after:2020 in:@bob", vec!["six"]),
            ("tea before:2020-01-31", vec![]),
            ("has:image", vec![]),
        ] {
            let expected: Vec<String> = expected.iter().map(|text| format!("tea {text}")).collect();
            assert_eq!(found(&ann, query).await, expected, "{query}");
        }
        let by_parameters =
            async |query: &str| texts(&ann.get(&format!("/search?{query}")).await.expect(200)["results"]);
        assert_eq!(by_parameters("q=tea&from=bob&in=two").await, ["tea four"]);
        assert_eq!(by_parameters("from=me&in=%40bob&after=2020-01&utc_offset=-60").await, ["tea six"]);
        // To the millisecond, whichever database looks.
        let ts = |message: &Value| message["ts"].as_i64().expect("a time");
        let page = ann.get(&path("tea")).await.expect(200);
        let times: Vec<i64> = page["results"]
            .as_array()
            .expect("results")
            .iter()
            .map(|result| ts(&result["message"]))
            .collect();
        for time in &times {
            let count = |fits: &dyn Fn(&i64) -> bool| times.iter().filter(|at| fits(at)).count();
            assert_eq!(found(&ann, &format!("tea before:{time}")).await.len(), count(&|at| at < time));
            assert_eq!(found(&ann, &format!("tea after:{time}")).await.len(), count(&|at| at > time));
            assert_eq!(found(&ann, &format!("tea during:{time}")).await.len(), count(&|at| at == time));
        }
    }
);

both!(
    async fn only_what_one_may_read_is_found(server: TestServer) {
        let (ann, bob, eve) =
            (server.person("ann").await, server.person("bob").await, server.person("eve").await);
        let private = json!({ "name": "Secret", "visibility": "private", "alias": "secret" });
        let made = ann.post("/channels", private).await.expect(201);
        let channel = made["id"].as_str().expect("an id").to_owned();
        let history = json!({ "policy": { "history": "since_join" } });
        ann.patch(&format!("/channels/{channel}"), history).await.expect(200);
        let public = ann.channel("Open").await;
        ann.say(&channel, "n1", "plan before").await;
        ann.say(&public, "n1", "plan in public").await;
        let member = format!("/channels/{channel}/members/@bob:a.test");
        ann.put(&member, json!({ "membership": "invited" })).await.expect(200);
        assert_eq!(found(&bob, "plan").await, [""; 0], "an invitation is not enough");
        bob.join(&channel).await;
        ann.say(&channel, "n2", "plan after").await;
        assert_eq!(found(&bob, "plan").await, ["plan after"], "history begins where bob joined");
        assert_eq!(found(&ann, "plan").await, ["plan after", "plan in public", "plan before"]);
        // Nobody learns what is in channels that they are not in, nor that there are such channels.
        assert_eq!(found(&eve, "plan").await, [""; 0]);
        assert_eq!(found(&eve, "from:ann").await, [""; 0]);
        for query in [
            "plan in:#secret",
            "plan in:#none",
            "plan in:Secret",
            "plan in:@ann",
            &format!("x in:{channel}"),
            &format!("x in:{public}"),
        ] {
            eve.get(&path(query)).await.problem(404, "channel_not_found");
        }
        for query in
            ["from:nobody", "from:@x:b.example", "mentions:@@", "from:\"a b\"", "from:%", "-from:nobody x"]
        {
            eve.get(&path(query)).await.problem(404, "user_not_found");
        }
        bob.post(&format!("/channels/{channel}/leave"), Value::Null).await.expect(204);
        assert_eq!(found(&bob, "plan").await, [""; 0]);
        bob.get(&path("plan in:#secret")).await.problem(404, "channel_not_found");
    }
);

both!(
    async fn files_are_found_by_their_names(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for (nonce, name) in [("n1", "tomato-plan.pdf"), ("n2", "Größe_2026.txt")] {
            let file = ann.upload(name, nonce.as_bytes().to_vec()).await;
            let attachments = json!([{ "file": file["hash"], "name": name }]);
            let text = format!("see {nonce}");
            let new = json!({ "nonce": nonce, "text": text, "attachments": attachments });
            ann.post(&format!("/channels/{channel}/messages"), new).await.expect(201);
        }
        for (query, expected) in [
            ("tomato", vec!["see n1"]),
            ("tomato-plan.pdf", vec!["see n1"]),
            ("groß*", vec!["see n2"]),
            ("see -pdf", vec!["see n2"]),
            // A phrase does not go on from the text into a name.
            ("\"n1 tomato\"", vec![]),
        ] {
            assert_eq!(found(&ann, query).await, expected, "{query}");
        }
        let page = ann.get(&path("tomato")).await.expect(200);
        let at = format!(
            "/channels/{channel}/messages/{}",
            page["results"][0]["message"]["id"].as_str().expect("an id")
        );
        ann.patch(&at, json!({ "text": "edited" })).await.expect(200);
        assert_eq!(found(&ann, "tomato").await, ["edited"]);
        ann.delete(&at).await.expect(204);
        assert_eq!(found(&ann, "tomato").await, [""; 0]);
    }
);

both!(
    async fn what_is_edited_or_deleted_is_not_found_any_more(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let said = ann.say(&channel, "n1", "first words https://loggia.test").await;
        let at = format!("/channels/{channel}/messages/{}", said["id"].as_str().expect("an id"));
        ann.patch(&at, json!({ "text": "second words" })).await.expect(200);
        assert_eq!(found(&ann, "first").await, [""; 0]);
        assert_eq!(found(&ann, "has:link").await, [""; 0]);
        assert_eq!(found(&ann, "words").await, ["second words"]);
        ann.delete(&at).await.expect(204);
        for query in ["second", "words", "from:me", "first"] {
            assert_eq!(found(&ann, query).await, [""; 0], "{query}");
        }
    }
);

both!(
    async fn pages_of_results_are_disjoint_and_complete(server: TestServer) {
        let (ann, bob) = (server.person("ann").await, server.person("bob").await);
        let mut random = Random::of("search");
        let mut channels = Vec::new();
        for n in 0..3 {
            channels.push(ann.channel(&format!("Channel {n}")).await);
            bob.join(&channels[n]).await;
        }
        let mut said = Vec::new();
        for n in 0..23 {
            let (person, channel) =
                (if random.one_in(2) { &ann } else { &bob }, random.pick::<String>(&channels));
            let text = format!("{} number {n}", if random.one_in(3) { "pear" } else { "apple" });
            let message = person.say(channel, &format!("n{n}"), &text).await;
            said.push((
                message["ts"].as_i64().expect("a time"),
                message["seq"].as_i64().expect("a seq"),
                text,
            ));
        }
        for (query, word) in [("apple", "apple"), ("number", "number"), ("num* -pear", "apple")] {
            let wanted = said.iter().filter(|(.., text)| text.contains(word)).count();
            let whole = found(&ann, &format!("{query} after:2000")).await;
            for limit in [1, 2, 7, 22, 23, 50] {
                let pages = walk(&bob, &format!("{}&limit={limit}", path(query)), "results").await;
                assert!(pages.iter().rev().skip(1).all(|page| page.len() == limit), "full but for the last");
                let all = Value::Array(pages.concat());
                let times: Vec<i64> = pages
                    .concat()
                    .iter()
                    .map(|result| result["message"]["ts"].as_i64().expect("a time"))
                    .collect();
                assert!(times.is_sorted_by(|a, b| a >= b), "the newest first");
                let mut texts = texts(&all);
                assert_eq!(texts.len(), wanted);
                assert_eq!(texts[..whole.len()], whole, "the same order in pages and at once");
                texts.sort();
                texts.dedup();
                assert_eq!(texts.len(), wanted, "each once");
            }
        }
        for (query, code) in [
            ("q=x&limit=0", "bad_limit"),
            ("q=x&limit=51", "bad_limit"),
            ("q=x&cursor=x", "bad_cursor"),
            ("q=x&cursor=MS4y", "bad_cursor"),
            ("q=x&unknown=1", "bad_query"),
            ("q=%00", "bad_query"),
        ] {
            ann.get(&format!("/search?{query}")).await.problem(400, code);
        }
        // 1.2.3, and numbers at the end of what there is.
        for cursor in [
            "MS4yLjM",
            "LTkyMjMzNzIwMzY4NTQ3NzU4MDguMS4tOTIyMzM3MjAzNjg1NDc3NTgwOA",
            "OTIyMzM3MjAzNjg1NDc3NTgwNy4xLjkyMjMzNzIwMzY4NTQ3NzU4MDc",
        ] {
            ann.get(&format!("/search?q=number&cursor={cursor}")).await.expect(200);
        }
    }
);

both!(
    async fn hostile_queries_are_text_or_refused(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        ann.say(&channel, "n1", "near and or not text rowid").await;
        for query in
            ["", " ", "\"", "\"\"", "*", "- -", "()", "-text", "before:2026", "in:General", "?!", "&|!:<->"]
        {
            ann.get(&path(query)).await.problem(400, "search_empty");
        }
        let long = "x".repeat(10_000);
        let many = "ab* ".repeat(40);
        for query in [
            "has:cats",
            "is:late",
            "before:soon",
            "from:",
            "x during:2026-13",
            "-before:2026",
            "a*",
            &long,
            &many,
        ] {
            ann.get(&path(query)).await.problem(400, "bad_search");
        }
        ann.get("/search?q=x&utc_offset=841").await.problem(400, "bad_search");
        ann.get("/search?q=x&has=everything").await.problem(400, "bad_search");
        for query in [
            "\"near and",
            "NEAR(and or)",
            "text:near*",
            "near AND (or OR not)",
            "rowid:\"text\"*",
            "near\" OR \"x",
            "{text} : near",
            "near + and",
            "^near",
            "'near' <-> 'and'",
            "near:*",
            "\\near\\",
            "near'",
        ] {
            let answer = ann.get(&path(query)).await;
            assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        }
        assert_eq!(found(&ann, "NEAR OR NOT").await.len(), 1, "nothing is syntax");
        // Whatever comes, it is never a failure.
        let mut random = Random::of("search");
        let signs: Vec<String> = "\" ' \\ * ( ) : & | ! < > - + ^ { } , near text from: in: has: -before: 東 é \u{301} \u{e000} \u{fdd0} 🎉 \u{200d} NOT AND OR a b % _ $1 ;".split(' ').map(str::to_owned).collect();
        for _ in 0..200 {
            let query: String = (0..random.below(12) + 1)
                .map(|_| random.pick::<String>(&signs).clone() + if random.one_in(3) { " " } else { "" })
                .collect();
            let answer = ann.get(&path(&query)).await;
            assert!([200, 400, 404].contains(&answer.status), "{query:?}: {}", answer.body);
        }
    }
);

both!(
    async fn an_index_that_an_older_program_made_is_made_anew(server: TestServer) {
        let mut server = server;
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        for n in 0..5 {
            ann.say(&channel, &format!("n{n}"), &format!("apple {n}")).await;
        }
        let gone = ann.say(&channel, "gone", "apple gone").await;
        ann.delete(&format!("/channels/{channel}/messages/{}", gone["id"].as_str().expect("an id")))
            .await
            .expect(204);
        let url = server.database_url();
        let spoilt = std::thread::spawn(move || {
            let mut conn = Conn::open(&url)?;
            let sql = match &conn {
                Conn::Sqlite(_) => "INSERT INTO message_search (message_search) VALUES ('delete-all')",
                Conn::Postgres(_) => "DELETE FROM message_search",
            };
            conn.run_script(sql)?;
            conn.run_script("UPDATE meta SET value = '0' WHERE key = 'search_words'")
        });
        tokio::task::spawn_blocking(move || spoilt.join())
            .await
            .expect("joined")
            .expect("no panic")
            .expect("SQL");
        assert_eq!(found(&ann, "apple").await, [""; 0]);
        server.restart().await;
        let ann = ann.at(&server.base);
        assert_eq!(found(&ann, "apple").await, ["apple 4", "apple 3", "apple 2", "apple 1", "apple 0"]);
        let page = ann.get(&path("apple")).await.expect(200);
        let newest = page["results"][0]["message"]["id"].as_str().expect("an id").to_owned();
        ann.delete(&format!("/channels/{channel}/messages/{newest}")).await.expect(204);
        assert_eq!(found(&ann, "apple").await.len(), 4, "what was put in can be taken out");
    }
);

both!(
    async fn the_best_come_first_if_one_wants_so(server: TestServer) {
        let ann = server.person("ann").await;
        let channel = ann.channel("General").await;
        let texts_sent = [
            "deploy",
            "we talked about the weather, about lunch, and about when to deploy the thing that nobody wants",
            "deploy deploy",
            "deployment of something",
            "nothing of the kind",
        ];
        for (n, text) in texts_sent.iter().enumerate() {
            ann.say(&channel, &format!("n{n}"), text).await;
        }
        let best = |query: &str| format!("{}&sort=best", path(query));
        let page = ann.get(&best("deploy*")).await.expect(200);
        // To stand there exactly is worth more than to begin so.
        let order = [2, 0, 1, 3].map(|n| texts_sent[n].to_owned());
        assert_eq!(texts(&page["results"]), order);
        // Whatever the size of a page, the same in the same order.
        for limit in 1..=5 {
            let pages = walk(&ann, &format!("{}&limit={limit}", best("deploy*")), "results").await;
            assert_eq!(texts(&Value::from(pages.concat())), order, "{limit}");
        }
        // Of equals the newest.
        for n in 0..3 {
            ann.say(&channel, &format!("same{n}"), "one two three").await;
        }
        let page = ann.get(&best("two")).await.expect(200);
        let seqs: Vec<i64> = page["results"]
            .as_array()
            .expect("results")
            .iter()
            .map(|result| result["message"]["seq"].as_i64().expect("a seq"))
            .collect();
        assert!(seqs.len() == 3 && seqs.is_sorted_by(|a, b| a > b), "{seqs:?}");
        ann.get(&format!("{}&cursor=MS4yLjM", best("two"))).await.problem(400, "bad_cursor");
        ann.get(&format!("{}&sort=worst", path("two"))).await.problem(400, "bad_query");
    }
);
