// A chat client for a terminal, as small as one can be: shows a channel, sends each line that is typed.
//
//   LOGGIA_URL=https://chat.example.org LOGGIA_USERNAME=ann LOGGIA_PASSWORD=.. node client.mjs '#general:chat.example.org'
//
// Without a channel it lists those that one is in. With Node.js 20 and 21 it is `node --experimental-websocket client.mjs ..`.

import { createInterface } from "node:readline";
import { randomUUID } from "node:crypto";
import { Loggia } from "../bot/loggia.mjs";

const SHOWN = 20;

const { LOGGIA_URL: url = "http://localhost:8080", LOGGIA_USERNAME: username, LOGGIA_PASSWORD: password } = process.env;
if (!username || !password) {
  console.error("LOGGIA_USERNAME and LOGGIA_PASSWORD must say who you are");
  process.exit(2);
}
const server = new Loggia(url, {}, () => {});
const me = await server.logIn(username, password, "terminal").catch((error) => {
  console.error(error.message);
  process.exit(1);
});
process.once("SIGINT", () => leave());
const { channels } = await server.call("GET", "/channels").catch(fail);
const others = (channel) => channel.people.filter((person) => person.id !== me.id).map((person) => person.id);
const name = (channel) => channel.alias ?? (channel.name || others(channel).join(" "));

const wanted = process.argv[2];
if (!wanted) {
  for (const channel of channels) console.log(`${channel.membership === "invited" ? "invited" : channel.unread || ""}\t${name(channel)}\t${channel.id}`);
  await leave();
}
const known = channels.find((it) => it.id === wanted || it.alias === wanted);
const channel = known ?? (await server.call("POST", "/joins", { alias: wanted }).catch(fail));
if (known?.membership === "invited") await server.call("POST", `/channels/${encodeURIComponent(known.id)}/join`).catch(fail);

/** Control characters of a text are nobody's business but the sender's: a terminal obeys them. */
const plain = (text) => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
const time = (ts) => new Date(ts).toTimeString().slice(0, 5);

function show({ ts, sender, text, attachments }) {
  const files = attachments.map((file) => `[${file.name}]`);
  console.log(plain(`${time(ts)} ${sender.split(":")[0].slice(1)}: ${[text, ...files].filter(Boolean).join(" ")}`));
}

const path = `/channels/${encodeURIComponent(channel.id)}`;
const { messages, head } = await server.call("GET", `${path}/messages?limit=${SHOWN}`).catch(fail);
messages.filter((message) => !message.deleted).forEach(show);
// From here on, and nothing twice: the page says where it ends.
server.kept.cursors[channel.id] = head;

const lines = createInterface({ input: process.stdin });
let sent = Promise.resolve();
lines.on("line", (line) => {
  if (line.trim()) sent = sent.then(() => server.say(channel.id, randomUUID(), line)).catch(fail);
});
lines.on("close", () => sent.then(() => leave()));

async function hear(type, data, where, seq) {
  if (where !== channel.id || type !== "message.created") return;
  if (!data.deleted) show(data);
  await server.call("PUT", `${path}/read`, { seq });
}
// Other channels are followed too, but nobody looks at them: of those it is enough to hear what comes now.
await server.follow(hear, (other) => other.head).catch(fail);

/** The session ends with the program, however that ends: nothing is left that somebody could find. */
async function leave(code = 0) {
  await server.call("DELETE", "/sessions/current").catch((error) => console.error(error.message));
  process.exit(code);
}

function fail(error) {
  console.error(error.message);
  return leave(1);
}
