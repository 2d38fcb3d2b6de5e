//! Search over what the asker may read: the channels that they are in now, each from where they may read it.

pub mod query;
pub mod rank;

use std::collections::HashMap;
use std::sync::Arc;

use super::content::{self, MessageContent};
use super::seat::first_shown;
use super::turns::{Turn, Turns};
use super::view::Message;
use super::{Actor, Domain, Error, Missing, Page, Result, cut, show};
use crate::protocol::ids::{ServerName, UserId};
use crate::protocol::{Seq, Ts};
use crate::storage::channels::ChannelRow;
use crate::storage::messages::{self, MessageRow};
use crate::storage::search::words::{self, Phrase};
use crate::storage::search::{self, Document, Hit, Mark, Part as Stretch, Term, Time, Wanted};
use crate::storage::{ChannelNum, Conn, channels, members, meta, users};
use query::{Part, Query};
use rank::{AfterBest, RANKED_MAX};

pub const SEARCH_PAGE_MAX: i64 = 50;
pub const SEARCH_PAGE_DEFAULT: i64 = 20;

/// A message that was found, and where in its text the words stand: (start, length) in UTF-16 units.
pub struct Found {
    pub message: Message,
    pub highlights: Vec<(usize, usize)>,
}

/// Where a page of results goes on: after the message at this seq of the channel with this number, sent then.
pub type After = (Ts, ChannelNum, Seq);

/// How many searches of one person wait for their turn, or have it: more than anybody has who types.
const SEARCHES_PER_PERSON_MAX: usize = 16;

/// Turns at searching, of which one person has only some: each search keeps a thread that reads.
pub struct Searches(Arc<Turns>);

impl Default for Searches {
    fn default() -> Searches {
        Searches(Arc::new(Turns::for_each()))
    }
}

impl Searches {
    async fn turn(&self, actor: &Actor) -> Result<Turn> {
        self.0.wait(actor.person.num, SEARCHES_PER_PERSON_MAX).await
    }
}

impl Domain {
    /// Messages that fit, the best first, of the newest [`RANKED_MAX`] that do; and where to go on.
    ///
    /// # Errors
    /// As [`Domain::search`].
    pub async fn search_best(
        &self,
        actor: &Actor,
        query: Query,
        after: Option<AfterBest>,
        limit: i64,
    ) -> Result<(Vec<Found>, Option<AfterBest>)> {
        let turn = self.searches.turn(actor).await?;
        let (actor, server) = (actor.clone(), self.server().clone());
        self.reads
            .read(move |conn| {
                let (_turn, time) = (turn, Time::begin());
                let asked = Asked::read(conn, &actor, &server, &query)?;
                let times = (query.from, query.until);
                let hits = search::find(conn, &asked.wanted, &asked.places, times, None, RANKED_MAX, time)?;
                let ranked = asked.rank(conn, &hits, time)?;
                let (hits, next) = rank::page(ranked, after, usize::try_from(limit).unwrap_or(0));
                Ok((asked.show(conn, &actor, &hits, time)?, next))
            })
            .await
    }

    /// Messages that fit, the newest first; and where to go on.
    ///
    /// # Errors
    /// `search_empty`, `channel_not_found`, `user_not_found`
    pub async fn search(
        &self,
        actor: &Actor,
        query: Query,
        after: Option<After>,
        limit: i64,
    ) -> Result<Page<Found, After>> {
        let turn = self.searches.turn(actor).await?;
        let (actor, server) = (actor.clone(), self.server().clone());
        self.reads
            .read(move |conn| {
                let (_turn, time) = (turn, Time::begin());
                let asked = Asked::read(conn, &actor, &server, &query)?;
                let before = after.map(|(ts, channel, seq)| Hit { ts, channel, seq });
                let times = (query.from, query.until);
                let most = usize::try_from(limit).unwrap_or(0) + 1;
                let hits = search::find(conn, &asked.wanted, &asked.places, times, before, most, time)?;
                let (hits, next) = cut(hits, limit, |hit| (hit.ts, hit.channel, hit.seq));
                Ok((asked.show(conn, &actor, &hits, time)?, next))
            })
            .await
    }
}

/// A search with all names looked up.
struct Asked {
    wanted: Wanted,
    places: Vec<Stretch>,
    channels: HashMap<ChannelNum, ChannelRow>,
    phrases: Vec<Phrase>,
}

impl Asked {
    fn read(conn: &mut Conn, actor: &Actor, server: &ServerName, query: &Query) -> Result<Asked> {
        let seats: HashMap<ChannelNum, _> = members::of_user(conn, actor.person.num, "joined")?
            .into_iter()
            .map(|member| (member.channel, member))
            .collect();
        let mut joined = channels::of_user(conn, actor.person.num)?;
        joined.retain(|channel| seats.contains_key(&channel.num));
        let mut wanted = Wanted::default();
        let (mut authors, mut only, mut phrases) = (Vec::new(), Vec::new(), Vec::new());
        for (part, excluded) in &query.parts {
            let any = match part {
                Part::Words(phrase) => {
                    phrases.extend((!excluded).then(|| phrase.clone()));
                    vec![Term::Words(phrase.clone())]
                }
                Part::From(name) => {
                    let id = person(actor, server, name)?;
                    let user = users::by_id(conn, id.as_str())?.ok_or(Error::NotFound(Missing::User))?;
                    let from = Term::Mark(Mark::From(user.num));
                    if !excluded {
                        authors.push(from);
                        continue;
                    }
                    vec![from]
                }
                Part::In(name) => {
                    let nums = named(&joined, actor, server, name)?;
                    match excluded {
                        true => joined.retain(|channel| !nums.contains(&channel.num)),
                        false => only.extend(nums),
                    }
                    continue;
                }
                Part::Mentions(name) => {
                    let id = person(actor, server, name)?;
                    vec![Mark::Mentions(id.as_str().to_owned()), Mark::MentionsAll]
                        .into_iter()
                        .map(Term::Mark)
                        .collect()
                }
                Part::Link => vec![Term::Mark(Mark::Link)],
                Part::File => vec![Term::Mark(Mark::File)],
                Part::Image => vec![Term::Mark(Mark::Image)],
                Part::Thread => vec![Term::Mark(Mark::Thread)],
            };
            match excluded {
                true => wanted.none.extend(any),
                false => wanted.all.push(any),
            }
        }
        if !authors.is_empty() {
            wanted.all.push(authors);
        }
        if wanted.all.is_empty() {
            let detail = "must have a word, a phrase, or one of from:, has:, mentions: and is:";
            return Err(Error::invalid("search_empty", "/q", detail));
        }
        if !only.is_empty() {
            joined.retain(|channel| only.contains(&channel.num));
        }
        let places = joined.iter().filter_map(|channel| {
            Some(Stretch {
                channel: channel.num,
                first: first_shown(channel, seats.get(&channel.num))?,
                last: channel.size - 1,
                last_ts: channel.last_ts,
            })
        });
        let places = places.collect();
        let channels = joined.into_iter().map(|channel| (channel.num, channel)).collect();
        Ok(Asked { wanted, places, channels, phrases })
    }

    /// Each with how well it fits.
    fn rank(&self, conn: &mut Conn, hits: &[Hit], time: Time) -> Result<Vec<(i64, Hit)>> {
        let places: Vec<_> = hits.iter().map(|hit| (hit.channel, hit.seq)).collect();
        let texts = messages::said(conn, &places)?.into_iter().map(|(place, body)| {
            let content: MessageContent = content::read_body(&body).unwrap_or_default();
            (place, content.text)
        });
        let points: HashMap<(ChannelNum, Seq), i64> = rank::all(texts, &self.phrases, time)?;
        Ok(hits.iter().map(|hit| (points.get(&(hit.channel, hit.seq)).copied().unwrap_or(0), *hit)).collect())
    }

    fn show(&self, conn: &mut Conn, actor: &Actor, hits: &[Hit], time: Time) -> Result<Vec<Found>> {
        let mut shown: HashMap<(ChannelNum, Seq), Message> = HashMap::new();
        for (num, seqs) in by_channel(hits) {
            let Some(channel) = self.channels.get(&num) else { continue };
            let rows = messages::by_seqs(conn, num, &seqs)?;
            let found = show::messages(conn, num, &channel.id, rows, Some(actor.person.num))?;
            shown.extend(found.into_iter().map(|message| ((num, message.seq), message)));
        }
        let found = hits.iter().filter_map(|hit| shown.remove(&(hit.channel, hit.seq)));
        let found = found.map(|message| {
            time.check()?;
            let highlights = highlights(&message.text, &self.phrases);
            Ok(Found { message, highlights })
        });
        found.collect()
    }
}

fn by_channel(hits: &[Hit]) -> HashMap<ChannelNum, Vec<Seq>> {
    let mut seqs: HashMap<ChannelNum, Vec<Seq>> = HashMap::new();
    for hit in hits {
        seqs.entry(hit.channel).or_default().push(hit.seq);
    }
    seqs
}

/// `me`, `@ann`, `ann` or `@ann:b.example`.
fn person(actor: &Actor, server: &ServerName, name: &str) -> Result<UserId> {
    if name == "me" {
        return Ok(actor.person.id.clone());
    }
    let missing = || Error::NotFound(Missing::User);
    let name = name.trim_start_matches('@').to_ascii_lowercase();
    match name.contains(':') {
        true => format!("@{name}").parse().map_err(|_| missing()),
        false => UserId::new(&name, server).map_err(|_| missing()),
    }
}

/// The numbers of the channels with this id, alias or name, or of the direct messages with one person.
fn named(joined: &[ChannelRow], actor: &Actor, server: &ServerName, name: &str) -> Result<Vec<ChannelNum>> {
    let people = match name.starts_with('@') || name == "me" {
        true => {
            let mut ids = [person(actor, server, name)?, actor.person.id.clone()];
            ids.sort();
            let [first, second] = ids.map(|id| id.as_str().to_owned());
            Some(if first == second { first } else { format!("{first} {second}") })
        }
        false => None,
    };
    let bare = name.strip_prefix('#').unwrap_or(name).to_lowercase();
    let aliases = [format!("#{bare}"), format!("#{bare}:{}", server.as_str())];
    let fits = |channel: &&ChannelRow| match (&people, &channel.people) {
        (Some(wanted), people) => people.as_ref() == Some(wanted),
        (None, _) => {
            channel.id == name
                || channel.alias.as_ref().is_some_and(|alias| aliases.contains(alias))
                || (channel.kind == "channel" && channel.name.to_lowercase() == bare)
        }
    };
    let nums: Vec<ChannelNum> = joined.iter().filter(fits).map(|channel| channel.num).collect();
    if nums.is_empty() { Err(Error::NotFound(Missing::Channel)) } else { Ok(nums) }
}

fn highlights(text: &str, phrases: &[Phrase]) -> Vec<(usize, usize)> {
    let units = |part: &str| part.encode_utf16().count();
    let (mut at, mut seen, mut found) = (0, 0, Vec::new());
    for (start, end) in words::find(text, phrases) {
        let (Some(before), Some(hit)) = (text.get(seen..start), text.get(start..end)) else { continue };
        at += units(before);
        found.push((at, units(hit)));
        at += units(hit);
        seen = end;
    }
    found
}

/// What the index holds of a message.
pub(super) fn document<'a>(row: &MessageRow, content: &'a MessageContent) -> Document<'a> {
    let mut marks = vec![Mark::From(row.sender)];
    marks.extend(content.mentions.iter().cloned().map(Mark::Mentions));
    let lower = content.text.to_ascii_lowercase();
    let is_image = |media_type: &str| media_type.starts_with("image/");
    let rest = [
        (content.mentions_all || content.mentions_here, Mark::MentionsAll),
        (lower.contains("http://") || lower.contains("https://"), Mark::Link),
        (!content.attachments.is_empty(), Mark::File),
        (content.attachments.iter().any(|attachment| is_image(&attachment.media_type)), Mark::Image),
        (row.thread_seq.is_some(), Mark::Thread),
    ];
    marks.extend(rest.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark));
    // What is said of a file is found as its name is.
    let said = content.attachments.iter().flat_map(|file| [Some(&file.name), file.description.as_ref()]);
    let names = said.flatten().map(String::as_str).collect();
    Document { text: &content.text, names, marks }
}

/// Changes when texts are prepared otherwise for the index than before.
const WORDS_VERSION: &str = "2";
const WORDS_VERSION_KEY: &str = "search_words";
const RENEW_MESSAGES: i64 = 1_000;

/// Makes the index anew if this program prepares texts otherwise than the one that made it. True if so.
///
/// # Errors
/// Those of the database; nothing is changed then.
pub fn renew(conn: &mut Conn) -> Result<bool> {
    if meta::get(conn, WORDS_VERSION_KEY)?.as_deref() == Some(WORDS_VERSION) {
        return Ok(false);
    }
    conn.write(fill)?;
    Ok(true)
}

/// The index does not hold what the texts are: the next start makes it anew.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut Conn) -> Result<()> {
    Ok(meta::delete(conn, WORDS_VERSION_KEY)?)
}

fn fill(conn: &mut Conn) -> Result<()> {
    search::clear(conn)?;
    let mut after = (0, -1);
    loop {
        let rows = messages::all_after(conn, after, RENEW_MESSAGES)?;
        let Some((last, _)) = rows.last() else { break };
        after = (last.channel, last.seq);
        for (row, body) in rows.iter().filter(|(row, _)| !row.deleted) {
            let read = body.as_deref().and_then(content::read_body);
            let Some(content): Option<MessageContent> = read else { continue };
            search::add(conn, row.channel, row.seq, &document(row, &content))?;
        }
    }
    Ok(meta::put(conn, WORDS_VERSION_KEY, WORDS_VERSION)?)
}
