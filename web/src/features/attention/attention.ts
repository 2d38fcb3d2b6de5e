// Tells the person what concerns them while they look elsewhere. Loaded after the first picture.

import { t } from "../../i18n";
import { channelName, displayName } from "../../store/selectors";
import { plainText } from "../../ui/markdown/parse";
import { parseRoute, visit } from "../app/route";
import type { Client } from "../client/client";
import { filesOf } from "../conversation/words";
import { seeReminders } from "../reminders/seen";
import { chime } from "./chime";
import { showDesktop } from "./desktop";
import { offer } from "./offer";
import { permission } from "./permission";
import { keepPush } from "./push";
import { disturbs, type Happening, type Heard, happenings } from "./quiet";
import { take, takeFromServer } from "./server";
import { attentionSettings } from "./settings";
import { Tabs } from "./tabs";

const BODY_CHARS_MAX = 180;
/** Of a burst only so many are shown one by one. */
const BURST_MAX = 3;
const TOLD_MAX = 200;

export function startAttention(client: Client): () => void {
  const tabs = new Tabs(looksAt);
  const told = new Set<string>();
  // Without an answer from the server it stays as it was, until the next start.
  keepPush(client.store.getState().me?.id ?? "").catch(() => undefined);
  const look = (): void => void takeFromServer().catch(() => undefined);
  look();
  // What changed while there was no connection is not told again.
  addEventListener("focus", look);
  const unhear = client.hear((heard) => {
    if (heard.attention) take(heard.attention);
    void tell(client, tabs, told, heard);
  });
  const unsee = seeReminders(client);
  return () => {
    unhear();
    unsee();
    removeEventListener("focus", look);
    tabs.close();
  };
}

function looksAt(channel: string): boolean {
  return (
    document.hasFocus() &&
    document.visibilityState === "visible" &&
    parseRoute(location.hash).channel === channel
  );
}

async function tell(client: Client, tabs: Tabs, told: Set<string>, heard: Heard): Promise<void> {
  const state = client.store.getState();
  const settings = attentionSettings.get();
  const due = happenings(heard).filter(
    (each) =>
      !state.blocked[each.message.sender] &&
      disturbs(each, {
        settings,
        now: Date.now(),
        me: state.me?.id ?? "",
        level: state.channels[each.message.channel]?.info.notify,
        seen: false,
      }),
  );
  // As it was when this was heard: who accepts the offer that this makes is not shown the same thing again.
  const desktop = settings.desktop && permission() === "granted";
  if (due.some(({ kind }) => kind !== null)) offer.make();
  if (due.length === 0 || !tabs.speaks) return;
  const unseen: Happening[] = [];
  for (const each of due.slice(-BURST_MAX)) {
    const { message, kind } = each;
    // Whoever looks at the conversation has not seen by that what they wanted to be reminded of there.
    if (kind === "reminder") {
      unseen.push(each);
      continue;
    }
    // A message and the notification of it may come one after the other.
    if (told.has(message.id)) continue;
    told.add(message.id);
    for (const [first] of told.entries()) if (told.size > TOLD_MAX) told.delete(first);
    if (!(await tabs.seenAnywhere(message.id, message.channel))) unseen.push(each);
  }
  if (unseen.length === 0) return;
  if (desktop) {
    for (const each of unseen) await show(client, each);
  }
  if (settings.sound) await chime();
}

async function show(client: Client, { message, kind }: Happening): Promise<void> {
  const state = client.store.getState();
  const channel = state.channels[message.channel];
  if (!channel) return;
  const name = displayName(state.users[message.sender], message.sender);
  const dm = channel.info.kind === "dm";
  const by = dm ? name : t.attention.inChannel(name, `#${channelName(state, channel)}`);
  const isReminder = kind === "reminder";
  await showDesktop({
    title: isReminder ? t.spoken.reminder(by) : by,
    body: plainText(message.text).slice(0, BODY_CHARS_MAX) || filesOf(message, BODY_CHARS_MAX),
    // As the service worker names it.
    tag: isReminder ? `reminder ${message.id}` : message.id,
    channel: message.channel,
    message: message.id,
    onClick: () => visit(message.channel, message.id),
  });
}
