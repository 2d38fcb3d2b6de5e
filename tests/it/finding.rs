//! What a search finds in the index, in whichever way it goes about it: beside what a look at every message finds.

use std::collections::HashSet;

use loggia::storage::search::words::Phrase;
use loggia::storage::search::{self, Document, Hit, Part, Term, Time, Wanted};
use loggia::storage::{Conn, is_postgres};

use crate::support::{Database, Random};

/// More than a search looks through at once.
const MESSAGES: i64 = 4_000;
const CHANNELS: usize = 5;
const ROUNDS: usize = 120;

struct Said {
    hit: Hit,
    words: Vec<&'static str>,
}

fn number(n: usize) -> i64 {
    i64::try_from(n).expect("a number")
}

/// Messages in channels that are as busy as their number is high; some are sent in the same millisecond.
fn fill(conn: &mut Conn, random: &mut Random) -> Vec<Said> {
    conn.run_script(
        "INSERT INTO users (num, id, server, display_name, bio, role, created_ts, search)
         VALUES (1, '@u:a.test', 'a.test', 'u', '', 'user', 0, 'u')",
    )
    .expect("a person");
    conn.begin_write().expect("begun");
    let (mut said, mut size, mut ts) = (Vec::new(), [0; CHANNELS + 1], 1_000);
    for _ in 0..MESSAGES {
        let channel = random.below(CHANNELS).max(random.below(CHANNELS)) + 1;
        ts += number(random.below(3));
        size[channel] += 1 + number(random.below(2));
        let seq = size[channel];
        let mut words = vec!["message"];
        for (word, n) in [("tea", 2), ("teapot", 9), ("cup", 3), ("saucer", 700)] {
            words.extend(random.one_in(n).then_some(word));
        }
        let text = words.join(" ");
        conn.run_script(&format!(
            "INSERT INTO messages (channel, seq, id, sender, ts, nonce, body_seq, deleted, thread_count, has_reactions)
             VALUES ({channel}, {seq}, '$e{channel}-{seq}', 1, {ts}, 'n', {seq}, FALSE, 0, FALSE)"
        ))
        .expect("a message");
        let document = Document { text: &text, names: Vec::new(), marks: Vec::new() };
        search::add(conn, number(channel), seq, &document).expect("found from now on");
        said.push(Said { hit: Hit { ts, channel: number(channel), seq }, words });
    }
    conn.commit().expect("kept");
    said
}

/// What is looked for, and which messages have it.
type Question = (Wanted, fn(&[&str]) -> bool);

fn questions() -> Vec<Question> {
    let term = |text: &str, prefix| Term::Words(Phrase::new(text, prefix).expect("words"));
    let all =
        |terms: Vec<Term>, none| Wanted { all: terms.into_iter().map(|term| vec![term]).collect(), none };
    vec![
        (all(vec![term("tea", false)], vec![]), |words| words.contains(&"tea")),
        (all(vec![term("saucer", false)], vec![]), |words| words.contains(&"saucer")),
        (all(vec![term("te", true)], vec![]), |words| words.iter().any(|word| word.starts_with("te"))),
        (all(vec![term("tea", false), term("saucer", false)], vec![]), |words| {
            words.contains(&"tea") && words.contains(&"saucer")
        }),
        (all(vec![term("message tea", false)], vec![term("cup", false)]), |words| {
            words.get(1) == Some(&"tea") && !words.contains(&"cup")
        }),
        (all(vec![term("message", false)], vec![term("te", true)]), |words| {
            !words.iter().any(|word| word.starts_with("te"))
        }),
        (all(vec![term("nobody", false)], vec![]), |_| false),
    ]
}

fn compare(url: &str) {
    let mut random = Random::of("finding");
    let mut conn = Conn::open(url).expect("a database");
    conn.migrate().expect("migrated");
    let said = fill(&mut conn, &mut random);
    let questions = questions();
    for _ in 0..ROUNDS {
        let (wanted, fits) = random.pick(&questions);
        let channels: HashSet<i64> = (1..=number(CHANNELS)).filter(|_| !random.one_in(4)).collect();
        let parts: Vec<Part> = channels
            .iter()
            .filter_map(|channel| {
                let here: Vec<&Hit> =
                    said.iter().map(|said| &said.hit).filter(|hit| hit.channel == *channel).collect();
                let end = here.last()?;
                let first = if random.one_in(2) { 0 } else { here[random.below(here.len())].seq };
                Some(Part { channel: *channel, first, last: end.seq, last_ts: end.ts })
            })
            .collect();
        let somewhere = |random: &mut Random| random.pick(&said).hit;
        let from = if random.one_in(3) { somewhere(&mut random).ts } else { i64::MIN };
        let until = if random.one_in(3) { somewhere(&mut random).ts } else { i64::MAX };
        let before = random.one_in(3).then(|| somewhere(&mut random));
        let limit = *random.pick(&[1, 2, 21, 500, 5_000]);
        let holds = |said: &&Said| {
            let hit = said.hit;
            fits(&said.words)
                && parts.iter().any(|part| part.channel == hit.channel && hit.seq >= part.first)
                && (from..until).contains(&hit.ts)
                && before.is_none_or(|before| hit < before)
        };
        let mut expected: Vec<Hit> = said.iter().filter(holds).map(|said| said.hit).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        expected.truncate(limit);
        let found = conn
            .snapshot(|conn| search::find(conn, wanted, &parts, (from, until), before, limit, Time::begin()))
            .expect("found");
        assert_eq!(
            found, expected,
            "{wanted:?} in {parts:?} from {from} until {until} before {before:?}, {limit}"
        );
    }
}

#[test]
fn a_search_finds_what_a_look_at_every_message_finds() {
    let dir = tempfile::tempdir().expect("a directory");
    compare(&dir.path().join("loggia.db").display().to_string());
}

#[tokio::test]
async fn a_search_finds_what_a_look_at_every_message_finds_on_postgresql() {
    let Some(database) = Database::create().await else { return };
    let url = database.url.clone();
    assert!(is_postgres(&url));
    let compared = tokio::task::spawn_blocking(move || compare(&url)).await;
    database.drop_it().await;
    compared.expect("no panic");
}
