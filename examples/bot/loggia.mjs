// A connection to a Loggia server that loses nothing: HTTP with retries, and a stream that goes on where it stopped.
// Nothing but what Node.js has. The API: openapi/client.json, or /api/docs of any server.

const TRIES_MAX = 6;
const PAUSE_MAX_MS = 60_000;
const PAGE = 100;
/** An event that can't be handled comes again so often before it is given up, and does not hold up all others for ever. */
const EVENT_TRIES_MAX = 5;
/** The server, or a proxy before it, says that the same may work later. */
const LATER = [429, 502, 503, 504];
/** A server that is not heard from for so many heartbeats is gone. */
const SILENT_BEATS_MAX = 2;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
/** Grows with each try, and differs between clients, so that they don't all come back at once. */
const pause = (tries) => Math.min(PAUSE_MAX_MS, 500 * 2 ** tries) * (0.5 + Math.random() / 2);

export class ApiError extends Error {
  /** @param {number} status @param {{code?: string, detail?: string}} problem RFC 9457; `code` is what programs look at */
  constructor(status, problem) {
    super(`${status} ${problem.code ?? ""}: ${problem.detail ?? ""}`);
    this.status = status;
    this.code = problem.code;
  }
}

/** Whether the network or the server is at fault, and not what was asked for. */
const passes = ({ status, cause, name }) => status === 429 || status >= 500 || Boolean(cause?.code) || name === "TimeoutError";

export class Loggia {
  /**
   * @param {string} url where people open the server, such as https://chat.example.org
   * @param {{token?: string, cursors?: Record<string, number>}} kept what `save` was last called with
   * @param {() => void} save called when `kept` has changed and is to be made durable
   */
  constructor(url, kept, save) {
    if (!globalThis.WebSocket) throw new Error("With Node.js 20 and 21 it is: node --experimental-websocket ..");
    this.url = url.replace(/\/+$/, "");
    this.kept = kept;
    this.kept.cursors ??= {};
    this.save = save;
  }

  /** Uses the session that is kept if it still holds, or begins one. Answers who one is. */
  async logIn(username, password, deviceName) {
    if (this.kept.token) {
      try {
        return await this.call("GET", "/me");
      } catch (error) {
        if (error.status !== 401) throw error;
      }
    }
    this.kept.token = undefined;
    const body = { username, password, device_name: deviceName };
    const { user, session } = await this.call("POST", "/sessions", body, { again: true });
    this.kept.token = session.token;
    this.save();
    return user;
  }

  /**
   * One request. It is repeated when the server is away, busy, or asks for patience. `again`: also when it may have been done
   * already, and only the answer was lost. That is so of all that can be done twice: what has a nonce, and what makes nothing.
   */
  async call(method, path, body, { again = method !== "POST" || body?.nonce !== undefined } = {}) {
    for (let tries = 0; ; tries += 1) {
      let response;
      try {
        response = await fetch(`${this.url}/api/v1${path}`, {
          method,
          headers: {
            ...(this.kept.token && { authorization: `Bearer ${this.kept.token}` }),
            ...(body && { "content-type": "application/json" }),
          },
          body: body && JSON.stringify(body),
          signal: AbortSignal.timeout(30_000),
        });
      } catch (error) {
        const unsent = error.cause?.code === "ECONNREFUSED";
        if (tries >= TRIES_MAX || !(again || unsent)) throw error;
        await sleep(pause(tries));
        continue;
      }
      const text = await response.text();
      if (response.ok) return text ? JSON.parse(text) : undefined;
      const { status } = response;
      const later = LATER.includes(status) && (again || status === 429 || status === 503);
      if (!later || tries >= TRIES_MAX) throw new ApiError(response.status, problem(text));
      await sleep(Number(response.headers.get("retry-after") ?? 0) * 1000 || pause(tries));
    }
  }

  /** Sends a message. The same nonce never sends twice, however much later. */
  say(channel, nonce, text, more = {}) {
    return this.call("POST", `/channels/${encodeURIComponent(channel)}/messages`, { nonce, text, ...more });
  }

  /**
   * Follows the stream for ever. `hear(type, data, channel, seq)` is awaited for each event, one after another, and what
   * it was given counts as seen (`kept.cursors`) once it is done: after a crash in between, the same event comes again.
   * A channel that was not followed before begins at `from(channel)`: at what one has not read, if nothing else is said.
   * It ends only when the session does, by an error.
   */
  async follow(hear, from = (channel) => channel.read_seq) {
    for (let tries = 0; ; tries += 1) {
      const { code, reason, lived } = await this.#stream(hear, from);
      if (code === 4001 || code === 4003) throw new ApiError(401, { code: "unauthenticated", detail: reason });
      if (lived) tries = 0;
      await sleep(pause(code === 4029 ? tries + 4 : tries));
    }
  }

  /** One connection, from its beginning to its end; a server that is away ends it as a connection that is lost does. */
  #stream(hear, from) {
    return new Promise((done) => {
      const socket = new WebSocket(`${this.url.replace(/^http/, "ws")}/api/v1/stream`);
      const say = (op, d) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ op, d }));
      let queue = Promise.resolve();
      let lived = false;
      let heard = Date.now();
      let beat;
      const end = (code, reason) => {
        clearInterval(beat);
        // What was heard is done first: the next connection begins after it.
        queue.then(() => done({ code, reason, lived }));
      };
      const fail = (error) => {
        console.error("event not handled, it will come again:", error);
        // The same may fail again: not at once, then.
        lived = false;
        socket.close();
        return "failed";
      };
      socket.onopen = () => say("identify", { token: this.kept.token, channels: this.kept.cursors });
      socket.onclose = ({ code, reason }) => end(code, reason);
      // Not each version of Node.js says `close` too where no connection came about, and to close it from here makes some call this again.
      socket.onerror = () => end(1006, "no connection");
      socket.onmessage = ({ data }) => {
        heard = Date.now();
        const frame = JSON.parse(data);
        if (frame.op === "hello") {
          const period = frame.d.heartbeat_ms;
          beat = setInterval(() => {
            if (Date.now() - heard <= period * SILENT_BEATS_MAX) return say("ping");
            socket.close();
            // Closing waits for an answer, which a dead wire does not give.
            end(1006, "silence");
          }, period / 2);
        } else if (frame.op === "ready") {
          lived = true;
          queue = queue.then((state) => state ?? this.#meet(frame.d.heads, hear, from)).catch(fail);
        } else if (frame.op === "event" || frame.op === "resync") {
          // After a failure nothing more of this connection counts, or what failed would be skipped.
          queue = queue.then((state) => state ?? this.#take(frame, hear)).catch(fail);
        }
      };
    });
  }

  /**
   * The channels that are new: some came while nobody listened. Asked for once the stream has begun, for what happens from then
   * on is told, and before anything that comes after `ready` is handled, which is told of them too.
   */
  async #meet(heads, hear, from) {
    const { channels } = await this.call("GET", "/channels");
    for (const channel of channels) {
      const { id, membership } = channel;
      if (membership === "invited") await this.#handle(hear, "channel.joined", channel, id);
      else if (membership === "joined" && heads[id] !== undefined && this.kept.cursors[id] === undefined) {
        this.kept.cursors[id] = from(channel);
        await this.#catchUp(id, heads[id], hear);
      }
    }
    this.save();
  }

  async #take(frame, hear) {
    if (frame.op === "resync") {
      // More was missed than the stream repeats: the messages among it are asked for by pages.
      for (const [channel, head] of Object.entries(frame.d.heads)) await this.#catchUp(channel, head, hear);
      return;
    }
    const { t, d, channel, seq } = frame;
    if (seq !== undefined && seq <= (this.kept.cursors[channel] ?? -1)) return;
    await this.#handle(hear, t, d, channel, seq);
    if (t === "channel.left") delete this.kept.cursors[channel];
    else if (seq !== undefined) this.kept.cursors[channel] = seq;
    this.save();
  }

  /** What fails though the server is there is given up in the end. */
  async #handle(hear, type, data, channel, seq) {
    const event = `${type} ${channel} ${seq}`;
    try {
      await hear(type, data, channel, seq);
    } catch (error) {
      if (error.status === 401 || passes(error)) throw error;
      this.failed = { event, times: this.failed?.event === event ? this.failed.times + 1 : 1 };
      if (this.failed.times < EVENT_TRIES_MAX) throw error;
      console.error(`${event} is given up:`, error);
    }
  }

  async #catchUp(channel, head, hear) {
    let after = this.kept.cursors[channel] ?? head;
    if (after > head) {
      // The server was restored from a backup and gives out these places again, or this was read meanwhile: what comes now is new.
      this.kept.cursors[channel] = head;
      this.save();
    }
    while (after < head) {
      const path = `/channels/${encodeURIComponent(channel)}/messages?after=${after}&limit=${PAGE}`;
      const { messages } = await this.call("GET", path);
      for (const message of messages) {
        await this.#handle(hear, "message.created", message, channel, message.seq);
        this.kept.cursors[channel] = message.seq;
      }
      after = messages.length < PAGE ? head : messages.at(-1).seq;
      this.kept.cursors[channel] = after;
      this.save();
    }
  }
}

function problem(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { detail: text.slice(0, 200) };
  }
}
