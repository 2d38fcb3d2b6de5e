// The one object behind the views: owns the store and everything that talks to the server.

import type { PendingUpdate, ServerFrame, StateFrame } from "../../api/frames";
import { ApiError, endSession, sessionSignal } from "../../api/http";
import * as api from "../../api/operations";
import { StreamSocket } from "../../api/socket";
import type { Attention, Channel, Message, Notification, SignedIn, User } from "../../api/types";
import type { Heard } from "../attention/quiet";
import { readStored, storedKeys, writeStored } from "../../lib/storage";
import { isUnsure } from "../../store/deleted";
import { cursors, unknownUsers } from "../../store/selectors";
import type { State } from "../../store/state";
import { createStore } from "../../store/store";
import { Actions } from "./actions";
import { deviceName } from "./device";
import { Endings, takenOut } from "./endings";
import { Notices } from "./notices";
import { OtherTabs, type Word } from "./otherTabs";
import { Outbox } from "./outbox";
import { People } from "./people";
import { Places } from "./places";
import { Refreshing } from "./refreshing";
import { type NewAccount, Registering } from "./registering";
import { Reports } from "./reports";
import { SavedMessages } from "./saved";
import { Sharing } from "./sharing";
import { Threads } from "./threads";
import { Timelines } from "./timelines";
import { Unfinished } from "./unfinished";

const CURSORS_MAX = 1_000;
const BOOT_RETRY_MS = 2_000;
/** When the first answer takes longer, what was seen last is shown meanwhile. */
const SLOW_MS = 2_000;
const TYPING_SWEEP_MS = 1_000;

export class Client {
  readonly store = createStore();
  readonly notices = new Notices();
  readonly people = new People(this.store);
  readonly timelines = new Timelines(this.store, this.people);
  readonly outbox = new Outbox(this.store, () => this.socket.probe());
  readonly actions = new Actions(this);
  readonly threads = new Threads(this);
  readonly saved = new SavedMessages(this);
  readonly sharing = new Sharing(() => this.store.getState().me?.id ?? null);
  readonly unfinished = new Unfinished(() => this.store.getState().me?.id ?? "");
  readonly places = new Places();
  readonly endings = new Endings();
  readonly reports = new Reports(this.store);

  /** Channels that the person leaves here. */
  readonly leaving = new Set<string>();

  private readonly socket: StreamSocket;
  private sweep: ReturnType<typeof setInterval> | undefined;
  /** Channels that are shown as they were seen last: they may be left by now. */
  private before: string[] = [];
  private readonly registering = new Registering();
  private readonly refreshing = new Refreshing(
    () => this.refresh(),
    () => this.live,
  );
  /** What arrives now happens now; before `ready` the server repeats what was missed. */
  private live = false;
  private readonly tabs = new OtherTabs((word) => this.heardTab(word));
  /** Another tab of this browser is ending the session. */
  private endedHere = false;
  private readonly hearers = new Set<(heard: Heard) => void>();

  constructor() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new StreamSocket({
      url: `${scheme}//${location.host}/api/v1/stream`,
      cursors: () => cursors(this.store.getState(), CURSORS_MAX),
      onFrames: (frames) => this.receive(frames),
      onConnection: (connection) => {
        if (connection.state !== "online") this.live = false;
        this.store.dispatch({ type: "connection_changed", connection });
      },
      onEnd: (ending) => this.ended(ending === "revoked" ? "revoked" : "expired"),
    });
    const returned = () => document.visibilityState === "visible" && void this.outbox.adopt();
    addEventListener("focus", returned);
    document.addEventListener("visibilitychange", returned);
    addEventListener("pagehide", () => {
      const { me, outbox } = this.store.getState();
      if (me && Object.keys(outbox).length > 0) this.tabs.tell("left", me.id);
    });
  }

  /** Finds out whether there is a session; a server that does not answer is not a missing session. */
  async boot(): Promise<void> {
    void this.loadServer();
    // What was seen last is shown meanwhile: whoever it is of may sign out there, or somebody else come in.
    const session = sessionSignal();
    for (let shown = false; !session.aborted;) {
      try {
        const user = await api.get_me();
        const before = this.store.getState().me;
        if (before && before.id !== user.id) this.ended(null);
        this.store.dispatch({ type: "signed_in", user });
        return await this.start();
      } catch (error) {
        if (session.aborted) return;
        if (error instanceof ApiError && error.signedOut) return this.ended(null);
        this.store.dispatch({ type: "connection_changed", connection: { state: "connecting" } });
        // What is kept may be out of reach as well: that is no reason not to ask again.
        if (!shown) await this.restore().catch(() => undefined);
        shown = true;
        await new Promise((resolve) => setTimeout(resolve, BOOT_RETRY_MS));
      }
    }
  }

  /** No network, or a slow one: what was seen last, until the server answers. */
  private async restore(): Promise<void> {
    const session = sessionSignal();
    const { restore } = await import("./restore");
    this.before = await restore(this.store, session);
    if (this.before.length > 0) this.outbox.show();
  }

  async register(account: Omit<NewAccount, "device_name" | "cookie">): Promise<void> {
    const device_name = deviceName();
    this.entered(await this.registering.register({ ...account, device_name, cookie: true }));
  }

  async signIn(login: api.Login): Promise<void> {
    this.entered(await api.create_session({ ...login, device_name: deviceName(), cookie: true }));
  }

  async signOut(): Promise<void> {
    const me = this.store.getState().me?.id ?? "";
    this.tabs.tell("leaving", me);
    try {
      await api.delete_session("current");
    } catch (error) {
      // No answer where the stream's end or another tab was faster: it is over, then.
      if (error instanceof ApiError && error.temporary) {
        this.tabs.tell("staying", me);
        this.actions.failed(error);
        return;
      }
    }
    await this.left(me);
  }

  /** Takes the account away for good. */
  async deleteAccount(password: string): Promise<void> {
    const me = this.store.getState().me?.id ?? "";
    this.tabs.tell("leaving", me);
    try {
      await api.delete_me(password);
    } catch (error) {
      this.tabs.tell("staying", me);
      throw error;
    }
    await this.left(me);
  }

  private heardTab({ is, user }: Word): void {
    const { me, session, endedBy } = this.store.getState();
    if (is === "in") void this.follow(user);
    // The stream's end was heard first.
    else if (is === "out" && endedBy === "revoked") this.ended("here");
    else if (session !== "signed-in" || me?.id !== user) return;
    else if (is === "left") void this.outbox.adopt();
    else if (is === "out") this.ended("here");
    // The server may end the stream before the other tab has its answer.
    else this.endedHere = is === "leaving";
  }

  /** Somebody signed in through another tab, whose cookie is this one's too. */
  private async follow(user: string): Promise<void> {
    const { me, session } = this.store.getState();
    if (session === "unknown" || me?.id === user) return;
    if (session === "signed-in") this.ended(null);
    try {
      this.enter(await api.get_me());
    } catch {
      // One can sign in here as well.
    }
  }

  /** Somebody else may sit here next: nothing written stays behind. */
  private async left(me: string): Promise<void> {
    const here = () => this.store.getState().me?.id;
    // Somebody else came in through another tab, which was faster and has done all this.
    if (here() && here() !== me) return;
    // What is on its way would write it again.
    if (here()) endSession();
    for (const key of storedKeys(`loggia.draft.${me}.`)) writeStored(key, null);
    this.sharing.forget(me);
    this.unfinished.forget(me);
    await this.outbox.forgetAll(me);
    this.tabs.tell("out", me);
    if (here() === me) this.ended(null);
    // The stream's end or another tab was faster: somebody may be on their way in.
    else if (!here()) this.store.dispatch({ type: "signed_out", endedBy: null });
  }

  /** The session is over: by sign-out, by another device, or because a request said so. */
  ended(endedBy: State["endedBy"]): void {
    const cause = endedBy && this.endedHere ? "here" : endedBy;
    this.endedHere = false;
    this.socket.stop();
    this.outbox.stop();
    this.people.reset();
    this.sharing.stop();
    this.unfinished.end();
    this.places.end();
    this.endings.end();
    clearInterval(this.sweep);
    this.refreshing.stop();
    // Last: what began above ends with it.
    endSession();
    this.store.dispatch({ type: "signed_out", endedBy: cause });
    void import("./snapshot").then(({ keepSnapshot }) => keepSnapshot(null));
  }

  retryConnection(): void {
    this.socket.hurry();
  }

  /** Tells about every message and notification that arrives, for announcements. */
  hear(hearer: (heard: Heard) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  sendTyping(channel: string): void {
    this.socket.send({ op: "typing", d: { channel } });
  }

  /** Whatever frames do not carry: counts, other devices' joins, new profiles. */
  async refresh(): Promise<void> {
    const known = Object.keys(this.store.getState().channels);
    const sync = await api.get_sync();
    // The cookie is another person's by now, and the word of the tab that they came in through is still to come.
    if (sync.user.id !== this.store.getState().me?.id) return this.follow(sync.user.id);
    this.store.dispatch({ type: "synced", sync, known: [...known, ...this.before] });
    this.before = [];
    void this.actions.loadRefusals();
  }

  /** A channel that was joined or made: known at once, whatever the stream says when. */
  adopt(channel: Channel): Channel {
    this.leaving.delete(channel.id);
    if (channel.membership !== "banned") this.endings.close(channel.id);
    this.store.dispatch({ type: "channel_loaded", channel });
    return channel;
  }

  draft(place: string): string {
    return readStored(this.draftKey(place)) ?? "";
  }

  keepDraft(place: string, text: string): void {
    writeStored(this.draftKey(place), text === "" ? null : text);
    this.sharing.changed(`draft:${place}`);
  }

  /** Where it is kept in this browser: other tabs and devices change it too. */
  draftKey(place: string): string {
    return `loggia.draft.${this.store.getState().me?.id ?? ""}.${place}`;
  }

  private entered({ user }: SignedIn): void {
    this.tabs.tell("in", user.id);
    // Somebody else came in through another tab meanwhile; whoever was last has the cookie.
    if ((this.store.getState().me ?? user).id !== user.id) this.ended(null);
    this.enter(user);
  }

  private enter(user: User): void {
    // By now one may have signed in here, or through another tab.
    if (this.store.getState().session === "signed-in") return;
    this.store.dispatch({ type: "signed_in", user });
    void this.start();
  }

  private loadServer(): Promise<void> {
    return api.get_server().then(
      (server) => this.store.dispatch({ type: "server_loaded", server }),
      () => void setTimeout(() => void this.loadServer(), BOOT_RETRY_MS),
    );
  }

  private async start(): Promise<void> {
    const session = sessionSignal();
    const slow = setTimeout(() => void this.restore().catch(() => undefined), SLOW_MS);
    try {
      if (!(await this.synced(session))) return;
    } finally {
      clearTimeout(slow);
    }
    this.socket.start();
    this.outbox.start();
    this.sweep = setInterval(
      () => this.store.dispatch({ type: "typing_expired", now: Date.now() }),
      TYPING_SWEEP_MS,
    );
  }

  /** False when the session is over by then; the next one has a start of its own. */
  private async synced(session: AbortSignal): Promise<boolean> {
    for (;;) {
      try {
        await this.refresh();
        return !session.aborted;
      } catch (error) {
        if (session.aborted) return false;
        if (error instanceof ApiError && error.signedOut) {
          this.ended("expired");
          return false;
        }
        await new Promise((resolve) => setTimeout(resolve, BOOT_RETRY_MS));
        if (session.aborted) return false;
      }
    }
  }

  private receive(frames: readonly ServerFrame[]): void {
    const relevant = frames.filter(
      (frame): frame is StateFrame => frame.op in { event: 1, ready: 1, resync: 1 },
    );
    const lost = takenOut(this.store.getState(), relevant, this.leaving);
    const before = this.store.getState();
    if (this.live && relevant.some((frame) => isUnsure(before, frame))) this.refreshing.soon();
    this.store.dispatch({ type: "frames", frames: relevant, now: Date.now() });
    for (const out of lost) void this.actions.tellLeft(out);
    const messages: Message[] = [];
    const notifications: Omit<Notification, "read">[] = [];
    const live = this.live;
    let attention: Attention | undefined;
    for (const frame of relevant) {
      if (frame.op === "ready") this.ready();
      else if (frame.op === "resync") this.resynced();
      else if (frame.t === "message.created") messages.push(frame.d);
      else if (frame.t === "pending.updated") this.settled(frame.channel, frame.d);
      else if (frame.t === "settings.updated") this.sharing.heard(frame.d);
      else if (frame.t === "notification.created") notifications.push(frame.d);
      else if (frame.t === "attention.updated") attention = frame.d;
      // Counts and invitations are others now, and no frame says so of all of them.
      else if (frame.t === "blocks.updated") void this.refreshing.now();
      else if (frame.t === "saved.updated") void this.saved.heard(frame.d);
      else if (frame.t === "channel.joined")
        void this.actions.loadChannel(frame.d.id).then(() => this.saved.begin());
      // The frame says how many are left, not in which channels.
      else if (frame.t === "notifications.read" && frame.d.unread > 0) void this.refreshing.now();
      else if (frame.t === "typing" || frame.t === "reaction.added") this.people.need([frame.d.user]);
    }
    if (messages.length + notifications.length === 0 && !attention) return;
    this.people.need(unknownUsers(this.store.getState(), messages));
    const heard = { messages, notifications, live, ...(attention ? { attention } : {}) };
    for (const hearer of this.hearers) hearer(heard);
  }

  private resynced(): void {
    void this.refreshing.now();
    this.saved.connected();
  }

  /** What a channel's host refused is told, unless it stands in the timeline as not sent. */
  private settled(channel: string, { id, state, kind, message }: PendingUpdate): void {
    if (state !== "refused") return;
    if (kind === "message" && this.outbox.keepRefused(channel, message?.nonce ?? "")) {
      void this.actions.dismissRefusal(id);
      return;
    }
    void this.actions.loadRefusals();
    // Whoever left and may not is in it again.
    if (kind === "member") void this.actions.loadChannel(channel);
  }

  private ready(): void {
    this.live = true;
    // What changed after the last answer and before this is told by no frame: a channel that one was put into, an invitation.
    void this.refreshing.now();
    this.outbox.flush();
    this.sharing.start();
    this.saved.connected();
  }
}
