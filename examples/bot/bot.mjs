// A bot that reminds people: "@reminder in 20 minutes look at the oven", or without its name in a direct message.
//
//   LOGGIA_URL=https://chat.example.org LOGGIA_USERNAME=reminder LOGGIA_PASSWORD=.. node bot.mjs [state.json]
//
// It may be killed at any time. What it has seen and promised is in its state file; what it sends has a nonce that
// follows from what it answers, so that doing the same thing again after a crash sends nothing twice.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Loggia } from "./loggia.mjs";

const REMINDERS_MAX = 50;
const DAYS_MAX = 366;
const TEXT_CHARS_MAX = 1_000;
/** Of one reminder in a list: all of them have to fit one message. */
const LISTED_CHARS_MAX = 80;
/** setTimeout takes no more than 2^31 ms. */
const LOOK_MS_MAX = 3_600_000;
/** Why one may not be in a channel any more, or write there: what was promised can't be kept. */
const HOPELESS = [403, 404];

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 };
const HELP = "I remind you: `in 20 minutes look at the oven`, `in 1h30m stand up`. Also: `list`, `forget 2`, `help`.";

const { LOGGIA_URL: url = "http://localhost:8080", LOGGIA_USERNAME: username, LOGGIA_PASSWORD: password } = process.env;
if (!username || !password) {
  console.error("LOGGIA_USERNAME and LOGGIA_PASSWORD must say who the bot is: register it as you do people");
  process.exit(2);
}
const path = process.argv[2] ?? "state.json";
const state = read(path);
const server = new Loggia(url, state, save);
let me;
let clock;

function read(path) {
  try {
    return { reminders: [], direct: {}, ...JSON.parse(readFileSync(path, "utf8")) };
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return { reminders: [], direct: {} };
  }
}

/** All or nothing; readable by the bot alone, for it holds the session. */
function save() {
  writeFileSync(`${path}.new`, JSON.stringify(state, null, 1), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** "in 1h30m stand up" or "in 20 minutes look": for how long, and of what. Null for anything else. */
function understand(text) {
  const [, spans, rest] = /^(?:remind\s+me\s+)?in\s+((?:\d+\s*[a-z]+\s*?)+?)\s+(?:to\s+)?(?!\d+\s*[a-z])(\S[^]*)$/i.exec(text) ?? [];
  if (!spans) return null;
  let seconds = 0;
  for (const [, count, unit] of spans.matchAll(/(\d+)\s*([a-z]+)/gi)) {
    const name = /^(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i.exec(unit);
    if (!name) return null;
    seconds += Number(count) * UNITS[unit[0].toLowerCase()];
  }
  return { seconds, what: rest.trim().slice(0, TEXT_CHARS_MAX) };
}

async function hear(type, data, channel) {
  if (type === "channel.joined") {
    if (data.membership === "invited") await join(channel);
    return;
  }
  // What was missed may be deleted by now: there is nothing to answer.
  if (type !== "message.created" || data.deleted || data.sender === me.id) return;
  // The whole name: another may begin so.
  const address = new RegExp(`^@${me.username.replaceAll(".", "\\.")}(?::[\\w.-]+)?(?![\\w-])[\\s,:]*`, "i");
  const named = address.test(data.text);
  if (!named && !(await isDirect(channel))) return;
  await answer(data, channel, data.text.replace(address, "").trim());
}

async function join(channel) {
  try {
    await server.call("POST", `/channels/${encodeURIComponent(channel)}/join`, undefined, { again: true });
  } catch (error) {
    // The invitation may have been taken back meanwhile.
    if (!HOPELESS.includes(error.status)) throw error;
  }
}

/** In a direct message between two all that is said is said to the bot. */
async function isDirect(channel) {
  if (state.direct[channel] === undefined) {
    const { kind, people } = await server.call("GET", `/channels/${encodeURIComponent(channel)}`);
    state.direct[channel] = kind === "dm" && people.length <= 2;
  }
  return state.direct[channel];
}

async function answer(message, channel, text) {
  const mine = () => state.reminders.filter((it) => it.for === message.sender && it.channel === channel);
  const [word, number] = text.toLowerCase().split(/\s+/);
  let reply = HELP;
  let gone;
  const order = understand(text);
  if (order && (order.seconds < 1 || order.seconds > DAYS_MAX * UNITS.d)) {
    reply = `That must be between a second and ${DAYS_MAX} days.`;
  } else if (order && mine().length >= REMINDERS_MAX) {
    reply = `You have ${REMINDERS_MAX} reminders here already.`;
  } else if (order) {
    const due = message.ts + order.seconds * 1_000;
    // This may be the second time, after a crash.
    if (!state.reminders.some((it) => it.id === message.id)) {
      state.reminders.push({ id: message.id, seq: message.seq, channel, for: message.sender, due, what: order.what });
    }
    save();
    look();
    reply = `I will, on ${when(due)}.`;
  } else if (word === "list") {
    const lines = mine().map((it, n) => `${n + 1}. ${when(it.due)}: ${shorten(it.what)}`);
    reply = lines.join("\n") || "Nothing.";
  } else if (word === "forget") {
    gone = mine()[Number(number) - 1];
    reply = gone ? `Forgotten: ${gone.what}` : "There is no such reminder: `list` shows them.";
  } else if (message.reply_to) {
    // Maybe another bot's answer to this one, and the two would never end.
    return;
  }
  await say(channel, `re-${message.seq}`, reply, { reply_to: message.id, thread: message.thread ?? undefined });
  // Once it is said: should that fail, the order comes again, and finds the same reminder in its place. It is kept together with
  // where the stream stands, so that it is not carried out twice.
  state.reminders = state.reminders.filter((it) => it !== gone);
}

const shorten = (text) => (text.length > LISTED_CHARS_MAX ? `${text.slice(0, LISTED_CHARS_MAX - 1)}…` : text);

const when = (ts) => `${new Date(ts).toISOString().slice(0, 16).replace("T", " ")} UTC`;

async function say(channel, nonce, text, more) {
  try {
    await server.say(channel, nonce, text, more);
  } catch (error) {
    // Said before the crash in other words (`nonce_reused`), or nobody there to say it to.
    if (error.code === "nonce_reused" || HOPELESS.includes(error.status)) return;
    // What is answered was deleted meanwhile.
    if (error.status === 400 && more?.reply_to) return say(channel, nonce, text);
    throw error;
  }
}

/** Says what is due, and looks again when the next one is. */
async function look() {
  clearTimeout(clock);
  for (const it of state.reminders.filter((it) => it.due <= Date.now())) {
    try {
      await say(it.channel, `due-${it.seq}`, `${it.for}: ${it.what}`, { reply_to: it.id });
    } catch (error) {
      console.error("not said, will be tried again:", error.message);
      clock = setTimeout(look, 10_000);
      return;
    }
    state.reminders = state.reminders.filter((other) => other !== it);
    save();
  }
  const next = Math.min(...state.reminders.map((it) => it.due), Date.now() + LOOK_MS_MAX);
  clearTimeout(clock);
  clock = setTimeout(look, Math.max(0, next - Date.now()));
}

for (;;) {
  me = await server.logIn(username, password, "reminder bot");
  if (!me.bot) me = await server.call("PATCH", "/me", { bot: true });
  console.log(`${me.id} listens on ${url}`);
  await look();
  try {
    await server.follow(hear);
  } catch (error) {
    // The session was ended from elsewhere: a new one, unless the password is not good any more.
    if (error.status !== 401) throw error;
  }
}
