//! What the OpenAPI document says of the stream, which OpenAPI can't describe.

/// The live stream: a WebSocket of JSON text frames `{op, d}`.
///
/// The server sends `hello {heartbeat_ms, feature_level, limits: {identify_ms, frame_bytes, identify_bytes, channels,
/// frames_per_minute, queue_frames, queue_bytes}}` at once. The client's first frame, within 10 s, is
/// `{"op":"identify","d":{"token"?,"channels"?:{"!id":last_seq}}}`; a browser leaves the token out and is known by its cookie. What
/// follows is, for each channel named, the entries after `last_seq` as events (each tells how things stand **now**: a message as it was
/// edited since, a member's or a channel's last state; what was deleted since is told as deleted), or `resync {heads, counts: {"!id": {unread,
/// mentions}}}` for those that missed more than 1,000 entries, or with which all together would be more than 10,000; then `ready {user_id,
/// session_id, heads, online}`; then whatever happens, one's own doings too: `{"op":"event","t","channel"?,"seq"?,"d"}`.
///
/// Events come of all channels that one is in, named or not: where no `last_seq` was named, from now on. A channel that was named and
/// that one is in no more is answered with `channel.left`.
///
/// `seq` is what a client keeps as its cursor. That of a channel's frames only grows, and not by one: some entries have no frame (a
/// reaction that was taken back since, an entry without effect). `channel.joined` alone shares its `seq` with the `member.updated` of
/// oneself that follows it. A connection loses nothing; whoever lost one names its last seq again.
///
/// What stands in a frame: the schemas `ServerFrame` and `ClientFrame`.
///
/// Events: `message.created`, `message.edited` (d is the
/// message), `message.deleted` {id}, `message.updated` (the message as it stands now), `reaction.added`, `reaction.removed`
/// {message, emoji, user, count}, `channel.updated`, `channel.joined`, `channel.left`, `member.updated`; to own devices `read.updated`,
/// `thread.updated` (as `read` of `GET /threads`), `pending.updated` (as in `GET /channels/{channel}/pending`, with `state`),
/// `notify.updated` {channel, level}, `notification.created`, `notifications.read` {up_to, only, unread, reminders_unread}, `attention.updated` (as `GET /me/attention`), `settings.updated` {key,
/// value, updated_ts} or {key, deleted: true}, `blocks.updated` {user, blocked}, `reports.updated` {open}, `saved.updated` {channel, message, saved, saved_ts, remind_ts}, `scheduled.updated` {id, scheduled: as in `GET /me/scheduled`, or null}, `account.updated` {role}; `user.updated`, `typing`, `presence`. Clients ignore events
/// that they do not know.
///
/// A client that is told `resync` drops what it holds of these channels. If it has to handle every message it reads pages from its cursors
/// up to `heads` (`GET /channels/{channel}/messages?after=`) before it takes these as its cursors; if not, pages when it needs them. A `last_seq` beyond a channel's end, as after a server was
/// restored from a backup, is answered with `resync` as well.
///
/// `message.updated` has a `seq` where a client was away while a reaction was taken back: its emoji is gone, and the message with the
/// reactions that are left is what can be told. It has none where what a message or a reaction says came after its entry, because
/// another server had it to give. Of a channel's name and the like `channel.updated` tells that, without a `seq` too.
///
/// `pending.updated`: `state` is `waiting` when the channel's host could not be had for some seconds, then one of `delivered`,
/// `taken_back`, and `refused` with a `code` and a `detail`. What was refused stays in `GET /me/refusals` until it is dismissed
/// on one device: the others get `dismissed`.
///
/// A message that was deleted is pinned no longer.
///
/// There is one owner: a `member.updated` with the role `owner` makes whoever was that a moderator.
///
/// A client that is silent for `heartbeat_ms` gets a WebSocket ping, which libraries answer by themselves, and is closed with
/// 1001 when it stays silent for as long again.
///
/// Client frames: `ping`, answered by `pong {}`; `subscribe {channels}` (with a `last_seq` each as in identify, to be told again from there;
/// frames may come twice then), `typing {channel}`. At most 4 KiB (identify and subscribe: 64 KiB, 1,000 channels), 120 a minute.
///
/// What ends the stream is told by `{"op":"error","d":{"code","detail"}}` first, where there is something to tell: `bad_frame`,
/// `unauthenticated`, `too_many_streams`, `too_many_frames`, `busy`. Closed with 4001 not authenticated, 4002 bad frame, 4003
/// session ended, 4008 too slow (after a `resync` that names no channel: nothing is to be dropped, resume from the cursors), 4009 no identify in time, 4029 too many frames or streams, 1001 silent for too long, 1012 the
/// server restarts or has too much to do: come back.
#[utoipa::path(
    get,
    path = "/stream",
    operation_id = "open_stream",
    tag = "stream",
    responses((status = 101, description = "the stream"), (status = 426, description = "`upgrade_required`: This is a WebSocket.", body = crate::http::problem::ProblemDocument, content_type = "application/problem+json"))
)]
pub fn open_stream() {}
