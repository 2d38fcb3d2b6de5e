// A server in the test's own process, for looking at the client without a server: routes and a scripted stream.
// It knows just enough of the contract for pictures; what is true is tested against the real one.

import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { BrowserContext, Route, WebSocketRoute } from "@playwright/test";
import type { Preview } from "../../src/api/previews";
import type { Channel, Member, Message, User } from "../../src/api/types";

const MIME: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
export const ORIGIN = "http://loggia.localhost";
const CSP =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'";

export class Fake {
  users = new Map<string, User>();
  channels = new Map<string, Channel>();
  logs = new Map<string, Message[]>();
  heads = new Map<string, number>();
  members = new Map<string, Map<string, Member["role"]>>();
  sockets = new Map<WebSocketRoute, string>();
  refuse = false;
  /** What is to be seen at addresses; none: the server makes no previews. */
  pages: Map<string, Omit<Preview, "url">> | null = null;
  /** The addresses that were asked for, in order. */
  asked: string[] = [];
  /** Until then nothing is answered to who asks for a preview. */
  looking: Promise<unknown> = Promise.resolve();
  private next = 1;

  addUser(username: string, display_name: string): User {
    const user: User = {
      id: `@${username}:loggia.test`,
      username,
      server: "loggia.test",
      display_name,
      avatar: null,
      bio: "",
      status: null,
      presence: "online",
      created_ts: Date.now() - 86_400_000 * 40,
      deactivated: false,
    };
    this.users.set(user.id, user);
    return user;
  }

  addChannel(owner: string, name: string, over: Partial<Channel> = {}): Channel {
    const channel: Channel = {
      id: `!${name || "dm"}${this.next++}`,
      kind: "channel",
      name,
      topic: "",
      alias: `#${name}:loggia.test`,
      host: "loggia.test",
      visibility: "public",
      policy: { join: "open", history: "all", caps: {} },
      archived: false,
      created_ts: Date.now(),
      member_count: 1,
      head: 2,
      membership: "joined",
      role: "member",
      read_seq: 0,
      unread: 0,
      mentions: 0,
      notify: "all",
      last_message: null,
      pins: [],
      kept_from_seq: 0,
      people: [],
      ...over,
    };
    this.channels.set(channel.id, channel);
    this.logs.set(channel.id, []);
    this.heads.set(channel.id, 2);
    this.members.set(channel.id, new Map([[owner, "owner"]]));
    return channel;
  }

  say(channel: string, sender: string, text: string, over: Partial<Message> = {}): Message {
    const seq = this.bump(channel);
    const message: Message = {
      id: `$${channel.slice(1)}-${seq}`,
      channel,
      seq,
      sender,
      ts: Date.now(),
      text,
      reactions: [],
      attachments: [],
      previews: [],
      mentions: [...text.matchAll(/@([a-z]+)/g)]
        .map((m) => `@${m[1]}:loggia.test`)
        .filter((id) => this.users.has(id)),
      status: "sent",
      ...over,
    };
    const log = this.logs.get(channel) ?? [];
    if (message.thread) {
      const root = log.find((each) => each.id === message.thread);
      message.thread_index = log.filter((each) => each.thread === message.thread).length + 1;
      if (root) root.thread_count = message.thread_index;
    }
    log.push(message);
    this.emit(channel, seq, "message.created", message);
    return message;
  }

  view(channel: Channel, user: string): Channel {
    const log = this.logs.get(channel.id) ?? [];
    const members = this.members.get(channel.id);
    const read = this.reads.get(`${channel.id}/${user}`) ?? 0;
    const unread = log.filter((m) => m.seq > read && m.sender !== user);
    return {
      ...channel,
      head: this.heads.get(channel.id) ?? 0,
      role: members?.get(user) ?? null,
      membership: members?.has(user) ? "joined" : null,
      member_count: members?.size ?? 0,
      read_seq: read,
      unread: unread.length,
      mentions: unread.filter((m) => m.mentions.includes(user)).length,
      last_message: log.filter((m) => !m.thread).at(-1) ?? null,
    };
  }

  reads = new Map<string, number>();

  bump(channel: string): number {
    const seq = (this.heads.get(channel) ?? 0) + 1;
    this.heads.set(channel, seq);
    return seq;
  }

  emit(channel: string, seq: number | undefined, t: string, d: unknown): void {
    for (const [socket, user] of this.sockets) {
      if (this.members.get(channel)?.has(user))
        socket.send(JSON.stringify({ op: "event", t, channel, seq, d }));
    }
  }

  async serve(context: BrowserContext, as: string | null): Promise<void> {
    const session = { user: as };
    await context.route(`${ORIGIN}/**`, (route) => this.file(route));
    await context.route(`${ORIGIN}/api/v1/**`, (route) => this.api(route, session));
    await context.routeWebSocket(/api\/v1\/stream/, (socket) => {
      if (this.refuse) return void socket.close({ code: 1012 });
      socket.send(JSON.stringify({ op: "hello", d: { heartbeat_ms: 30_000, feature_level: 1 } }));
      socket.onClose(() => this.sockets.delete(socket));
      socket.onMessage((text) => {
        const frame = JSON.parse(String(text));
        if (frame.op === "ping") socket.send('{"op":"pong"}');
        if (frame.op === "typing")
          this.emit(frame.d.channel, undefined, "typing", { user: session.user, expires_ms: 6000 });
        if (frame.op !== "identify" || !session.user) return;
        this.sockets.set(socket, session.user);
        const online = [...this.users.keys()].filter((_, index) => index !== 3);
        const heads = Object.fromEntries(this.heads);
        const d = { user_id: session.user, session_id: "s", heads, kept_from_seqs: {}, online };
        socket.send(JSON.stringify({ op: "ready", d }));
      });
    });
  }

  private file(route: Route) {
    const path = new URL(route.request().url()).pathname;
    const name = path === "/" ? "/index.html" : path;
    try {
      return route.fulfill({
        body: readFileSync(join("dist", name)),
        contentType: MIME[extname(name)] ?? "application/octet-stream",
        headers: { "content-security-policy": CSP },
      });
    } catch {
      return route.fulfill({ status: 404 });
    }
  }

  private async api(route: Route, session: { user: string | null }) {
    const request = route.request();
    const url = new URL(request.url());
    const path = decodeURIComponent(url.pathname.replace("/api/v1", ""));
    const json = (body: unknown, status = 200) => route.fulfill({ status, json: body });
    const problem = (status: number, code: string) =>
      route.fulfill({
        status,
        contentType: "application/problem+json",
        body: JSON.stringify({ status, code, title: code }),
      });
    if (this.refuse) return route.abort();
    const body = request.postDataJSON?.() ?? {};
    const key = `${request.method()} ${path}`;
    if (key === "GET /server")
      return json({
        name: "loggia.test",
        version: "0.1.0",
        feature_level: 1,
        registration: "open",
        link_previews: this.pages !== null,
        limits: {},
      });
    if (key === "POST /accounts") {
      const user = this.addUser(body.username, body.display_name ?? "");
      session.user = user.id;
      return json({ user, session: { id: "s", token: null } }, 201);
    }
    const me = session.user ? this.users.get(session.user) : undefined;
    if (!me) return problem(401, "unauthenticated");
    const mine = () =>
      [...this.channels.values()]
        .filter((c) => this.members.get(c.id)?.has(me.id))
        .map((c) => this.view(c, me.id));
    if (key === "GET /me") return json(me);
    if (key === "DELETE /sessions/current") return json({});
    if (key === "GET /sessions") {
      const now = Date.now();
      return json({
        sessions: [
          { id: "s", device_name: "Chrome on Linux", created_ts: now, last_used_ts: now, current: true },
          {
            id: "t",
            device_name: "Firefox on Android",
            created_ts: now,
            last_used_ts: now - 9e6,
            current: false,
          },
        ],
      });
    }
    if (key === "GET /sync")
      return json({
        user: me,
        server: {},
        channels: mine(),
        users: [...this.users.values()],
        notifications_unread: 1,
      });
    if (key === "GET /users") {
      const query = (url.searchParams.get("query") ?? "").toLowerCase();
      return json({
        users: [...this.users.values()].filter((u) =>
          (u.username + u.display_name).toLowerCase().includes(query),
        ),
        next: null,
      });
    }
    if (key.startsWith("GET /users/")) return json(this.users.get(path.slice(7)));
    if (key === "GET /previews") {
      const asked = url.searchParams.get("url") ?? "";
      this.asked.push(asked);
      await this.looking;
      const page = this.pages?.get(asked);
      return page ? json({ url: asked, ...page }) : problem(404, "no_preview");
    }
    if (key === "GET /directory") {
      const query = url.searchParams.get("query") ?? "";
      return json({
        channels: [...this.channels.values()]
          .filter((c) => c.kind === "channel" && c.visibility === "public" && c.name.includes(query))
          .map((c) => this.view(c, me.id)),
        next: null,
      });
    }
    if (key === "GET /notifications") {
      const log = [...this.logs.values()].flat().filter((m) => m.mentions.includes(me.id));
      return json({
        notifications: log.map((m) => ({
          id: m.id,
          kind: "mention",
          channel: m.channel,
          message: m,
          ts: m.ts,
          read: false,
        })),
        unread: 1,
        next: null,
      });
    }
    if (key === "POST /channels") {
      const channel = this.addChannel(me.id, body.name, {
        topic: body.topic ?? "",
        visibility: body.visibility,
      });
      return json(this.view(channel, me.id), 201);
    }
    if (key === "POST /dms") {
      const ids = [me.id, ...body.users];
      const channel = this.addChannel(me.id, "", {
        kind: "dm",
        people: ids.map((id) => this.users.get(id)!),
      });
      this.members.set(channel.id, new Map(ids.map((id) => [id, "member"])));
      return json(this.view(channel, me.id));
    }
    const [, , id = "", part, event, extra, emoji] = path.split("/");
    const channel = this.channels.get(id);
    if (!channel) return problem(404, "not_found");
    const log = this.logs.get(id)!;
    const message = log.find((m) => m.id === event);
    const head = this.heads.get(id)!;
    if (!part) return json(this.view(channel, me.id));
    if (part === "join") {
      this.members.get(id)!.set(me.id, "member");
      return json(this.view(channel, me.id));
    }
    if (part === "read") {
      this.reads.set(`${id}/${me.id}`, body.seq);
      return json({ read_seq: body.seq, unread: 0, mentions: 0 });
    }
    if (part === "members") {
      return json({
        members: [...this.members.get(id)!].map(([user, role]) => ({
          user: this.users.get(user),
          membership: "joined",
          role,
          since_seq: 1,
        })),
        next: null,
      });
    }
    if (part === "pins") return json({ messages: log.filter((m) => channel.pins.includes(m.id)) });
    if (part === "threads") {
      return json({ root: message, messages: log.filter((m) => m.thread === event), head, oldest: 1 });
    }
    if (part !== "messages") return json({});
    if (!event && request.method() === "POST") {
      const known = log.find((m) => m.nonce === body.nonce);
      return json(known ?? this.say(id, me.id, body.text, body), known ? 200 : 201);
    }
    if (!event) {
      const before = Number(url.searchParams.get("before") ?? Infinity);
      const after = Number(url.searchParams.get("after") ?? 0);
      const around = Number(url.searchParams.get("around") ?? 0);
      const plain = log.filter((m) => !m.thread);
      if (around) {
        const at = plain.findIndex((m) => m.seq >= around);
        return json({ messages: plain.slice(Math.max(0, at - 25), at + 25), head, oldest: 1 });
      }
      const range = plain.filter((m) => m.seq < before && m.seq > after);
      return json({ messages: after ? range.slice(0, 50) : range.slice(-50), head, oldest: 1 });
    }
    if (!message) return problem(404, "not_found");
    const seq = this.bump(id);
    if (extra === "reactions") {
      const on = request.method() === "PUT";
      this.react(message, me.id, emoji!, on, seq);
      return json({});
    }
    if (request.method() === "PATCH") {
      const kept = message.previews.filter((each) => body.text.includes(each.url));
      Object.assign(message, { text: body.text, previews: body.previews ?? kept, edited_ts: Date.now() });
      this.emit(id, seq, "message.edited", message);
      return json(message);
    }
    if (request.method() === "DELETE") {
      Object.assign(message, { text: "", deleted: true });
      this.emit(id, seq, "message.deleted", { id: event });
      return json({});
    }
    return json(message);
  }

  react(message: Message, user: string, emoji: string, on: boolean, seq = this.bump(message.channel)): void {
    let known = message.reactions.find((r) => r.emoji === emoji);
    if (!known) message.reactions.push((known = { emoji, count: 0, users: [] }));
    known.users = on
      ? [...known.users.filter((u) => u !== user), user]
      : known.users.filter((u) => u !== user);
    known.count = known.users.length;
    this.emit(message.channel, seq, on ? "reaction.added" : "reaction.removed", {
      message: message.id,
      emoji,
      user,
      count: known.count,
    });
  }
}
