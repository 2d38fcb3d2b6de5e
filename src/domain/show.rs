//! From rows to what clients see.

use std::collections::{BTreeMap, HashMap};

use pulldown_cmark::{Event, Parser, TagEnd};

use super::content::{self, MessageContent};
use super::link_previews;
use super::remote::wire::ChannelCard;
use super::status::Status;
use super::view::{Attachment, ChannelInfo, ChannelPolicy, Message, MessageStatus, Presence, Reaction, User};
use super::{Error, stored};
use crate::protocol::Seq;
use crate::protocol::Ts;
use crate::protocol::rules::{JoinPolicy, Policy};
use crate::protocol::state::Create;
use crate::storage::channels::ChannelRow;
use crate::storage::members::MemberRow;
use crate::storage::messages::{self, MessageRow, Shown};
use crate::storage::users::{self, UserRow};
use crate::storage::{ChannelNum, Conn, UserNum};

/// What is told elsewhere of a text, in characters.
const SHORT_CHARS_MAX: usize = 180;
/// How many people are listed per emoji.
const REACTION_USERS_MAX: usize = 50;

/// Who invites somebody who is not in a channel yet, by their row in it.
pub fn inviter(conn: &mut Conn, member: Option<&MemberRow>) -> Result<Option<User>, Error> {
    let num = member.filter(|member| member.membership == "invited").and_then(|member| member.invited_by);
    let row = num.map(|num| users::by_num(conn, num)).transpose()?.flatten();
    Ok(row.map(|row| user(&row)))
}

/// A person; presence is filled in where it is known, and a status that is over is left out there.
pub fn user(row: &UserRow) -> User {
    User {
        username: local_part(&row.id).to_owned(),
        id: row.id.clone(),
        server: row.server.clone(),
        display_name: row.display_name.clone(),
        avatar: row.avatar.clone(),
        bio: row.bio.clone(),
        status: Status::of(row),
        presence: Presence::Offline,
        created_ts: row.created_ts,
        deactivated: row.deleted_ts.is_some(),
        role: None,
        bot: (row.bot || row.is_webhook()).then_some(true),
        webhook: row.is_webhook().then_some(true),
    }
}

fn local_part(id: &str) -> &str {
    let name = id.strip_prefix('@').unwrap_or(id);
    name.split_once(':').map_or(name, |(local, _)| local)
}

/// Whether the user's id is of this server.
pub fn is_of(id: &str, server: &str) -> bool {
    id.split_once(':').is_some_and(|(_, of)| of == server)
}

pub fn user_id(conn: &mut Conn, num: UserNum) -> Result<String, Error> {
    Ok(users::by_num(conn, num)?.map(|user| user.id).unwrap_or_default())
}

/// What everybody sees of a channel.
pub fn channel_info(row: &ChannelRow) -> ChannelInfo {
    // What is only shown may lack what can't be read; what somebody may see never hangs on it.
    let unreadable = |error: &Error| tracing::error!(%error, "a channel is not shown as it is");
    let policy = stored::policy(row).inspect_err(unreadable).unwrap_or_default();
    let caps =
        policy.caps.iter().map(|(cap, role)| (cap.as_str().to_owned(), role.as_str().to_owned())).collect();
    ChannelInfo {
        id: row.id.clone(),
        kind: row.kind.clone(),
        name: row.name.clone(),
        topic: row.topic.clone(),
        avatar: row.avatar.clone(),
        alias: row.alias.clone(),
        host: row.host.clone(),
        visibility: row.visibility.clone(),
        policy: ChannelPolicy {
            join: policy.join.as_str().to_owned(),
            history: policy.history.as_str().to_owned(),
            caps,
            retention_days: policy.retention_days,
            slow_seconds: policy.slow_seconds,
        },
        archived: row.archived,
        created_ts: row.created_ts,
        member_count: row.joined_count,
        pins: stored::pins(row).inspect_err(unreadable).unwrap_or_default(),
        kept_from_seq: row.kept_from_seq,
    }
}

/// A channel elsewhere, of which its host says this much.
/// `founded` is when its founder says to have done so.
pub fn card(card: &ChannelCard, create: &Create, founded: Ts) -> ChannelInfo {
    let policy = Policy::default();
    ChannelInfo {
        id: card.channel.as_str().to_owned(),
        kind: create.kind.as_str().to_owned(),
        name: card.name.clone(),
        topic: card.topic.clone(),
        avatar: None,
        alias: card.alias.clone(),
        host: create.host.as_str().to_owned(),
        visibility: "public".to_owned(),
        policy: ChannelPolicy {
            join: card.join.unwrap_or(JoinPolicy::Open).as_str().to_owned(),
            history: policy.history.as_str().to_owned(),
            caps: BTreeMap::new(),
            retention_days: None,
            slow_seconds: None,
        },
        archived: false,
        created_ts: founded,
        member_count: card.member_count,
        pins: Vec::new(),
        kept_from_seq: 0,
    }
}

/// A message that was just appended.
pub fn fresh_message(channel: &str, row: &MessageRow, sender: &str, content: MessageContent) -> Message {
    let deleted = row.deleted;
    let previews = if deleted { Vec::new() } else { link_previews::of_text(&content.text, content.previews) };
    Message {
        id: row.id.clone(),
        channel: channel.to_owned(),
        seq: row.seq,
        sender: sender.to_owned(),
        ts: row.ts,
        text: if deleted { String::new() } else { content.text },
        nonce: Some(row.nonce.clone()),
        edited_ts: row.edited_ts.filter(|_| !deleted),
        deleted,
        reply_to: row.reply_to.clone(),
        thread: row.thread.clone(),
        thread_index: row.thread_index,
        thread_count: (row.thread_count > 0).then_some(row.thread_count),
        reactions: Vec::new(),
        attachments: if deleted { Vec::new() } else { content.attachments },
        previews,
        mentions: if deleted { Vec::new() } else { content.mentions },
        mentions_all: content.mentions_all && !deleted,
        mentions_here: content.mentions_here && !deleted,
        imported: content.imported.filter(|_| !deleted),
        status: MessageStatus::Sent,
    }
}

/// Messages with their reactions; `viewer` says whose `me` is shown, if anybody's.
pub fn messages(
    conn: &mut Conn,
    num: ChannelNum,
    channel: &str,
    rows: Vec<Shown>,
    viewer: Option<UserNum>,
) -> Result<Vec<Message>, Error> {
    let reacted: Vec<Seq> =
        rows.iter().filter(|(row, ..)| row.has_reactions).map(|(row, ..)| row.seq).collect();
    let mut reactions = reactions(conn, num, &reacted, viewer)?;
    let shown = rows.into_iter().map(|(row, sender, body)| {
        let content = body.as_deref().and_then(content::read_body).unwrap_or_default();
        let mut message = fresh_message(channel, &row, &sender, content);
        message.reactions = reactions.remove(&row.seq).unwrap_or_default();
        message
    });
    Ok(shown.collect())
}

/// One message as it stands, the same for everybody.
pub fn message_at(
    conn: &mut Conn,
    num: ChannelNum,
    channel: &str,
    seq: Seq,
) -> Result<Option<Message>, Error> {
    let rows = messages::by_seqs(conn, num, &[seq])?;
    Ok(messages(conn, num, channel, rows, None)?.pop())
}

fn reactions(
    conn: &mut Conn,
    num: ChannelNum,
    seqs: &[Seq],
    viewer: Option<UserNum>,
) -> Result<HashMap<Seq, Vec<Reaction>>, Error> {
    let mut by_message: HashMap<Seq, Vec<Reaction>> = HashMap::new();
    for (row, user) in messages::reactions_of(conn, num, seqs)? {
        let shown = by_message.entry(row.message_seq).or_default();
        let mine = viewer == Some(row.user_num);
        let known = shown.iter().position(|reaction| reaction.emoji == row.emoji);
        match known.and_then(|index| shown.get_mut(index)) {
            Some(reaction) => {
                reaction.count += 1;
                reaction.me = reaction.me.map(|me| me || mine);
                if reaction.users.len() < REACTION_USERS_MAX {
                    reaction.users.push(user);
                }
            }
            None => shown.push(Reaction {
                emoji: row.emoji,
                count: 1,
                me: viewer.map(|_| mine),
                users: vec![user],
            }),
        }
    }
    Ok(by_message)
}

/// Who says a message, and where, for those who are told of it elsewhere.
pub fn headline(conn: &mut Conn, channel: &ChannelRow, message: &Message) -> Result<String, Error> {
    let sender = users::by_id(conn, &message.sender)?;
    let name = sender.map_or_else(|| message.sender.clone(), |sender| sender.display_name);
    Ok(if channel.kind == "dm" { name } else { format!("{name} · #{}", channel.name) })
}

/// The beginning of a message in one line, without markup; or the names of its files.
pub fn in_short(text: &str, files: &[Attachment]) -> String {
    let mut plain = String::new();
    for event in Parser::new(text) {
        match event {
            Event::Text(part) | Event::Code(part) => plain.push_str(&part),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                plain.push(' ')
            }
            Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock) => plain.push(' '),
            Event::Html(part) | Event::InlineHtml(part) => plain.push_str(&part),
            _ => {}
        }
        if plain.len() > SHORT_CHARS_MAX * 8 {
            break;
        }
    }
    let mut words = line(&plain);
    if words.is_empty() {
        // What a picture shows says more than its name.
        let said = files.iter().map(|file| file.description.as_ref().unwrap_or(&file.name));
        words = said.map(|said| line(said)).collect::<Vec<_>>().join(", ");
    }
    match words.char_indices().nth(SHORT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default().trim_end()),
        None => words,
    }
}

/// Without breaks, and with one blank between words.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_in_short() {
        let short = |text: &str| in_short(text, &[]);
        assert_eq!(short("Hello **all**\n\n> two\n\n1. `x`\n2. [y](https://z.example)"), "Hello all two x y");
        assert_eq!(short("```\nlet a;\n```\n<b>b</b>"), "let a; <b>b</b>");
        let file = |name: &str, description: Option<&str>| Attachment {
            hash: String::new(),
            name: name.to_owned(),
            media_type: "image/png".to_owned(),
            size: 1,
            width: None,
            height: None,
            description: description.map(str::to_owned),
        };
        let files = [file("map.png", Some("A map\n of the\tharbour")), file("b.pdf", None)];
        assert_eq!(in_short("", &files), "A map of the harbour, b.pdf");
        assert_eq!(in_short("see", &files), "see");
        let long = "ä".repeat(500);
        assert_eq!(short(&long).chars().count(), SHORT_CHARS_MAX + 1);
    }
}
