// What is said of what arrives, to those who listen instead of look.

import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import type { Message } from "../../api/types";
import type { Heard } from "../attention/quiet";
import { channelName, displayName, otherPeople } from "../../store/selectors";
import type { State } from "../../store/state";
import { wordsOf } from "../conversation/words";

const WORDS_MAX = 200;

/** Where the person is: the conversation, and the root of the thread beside it. */
interface Here {
  channel: string | null;
  thread: string | null;
}

/** The messages of the open conversation, and what concerns the person elsewhere; null when there is nothing to say. */
export function announcement(
  { messages, notifications, live }: Heard,
  state: State,
  here: Here,
): string | null {
  const me = state.me?.id ?? "";
  const counts = ({ sender }: Message) => sender !== me && !state.blocked[sender];
  const own = messages.filter((message) => message.channel === here.channel && counts(message));
  const reminders = notifications.filter(
    ({ kind, message }) => kind === "reminder" && live && !state.blocked[message.sender],
  );
  const others = notifications
    .filter(({ kind }) => kind !== "reminder")
    .map(({ message }) => message)
    .filter((message) => live && message.channel !== here.channel && counts(message))
    .filter(({ channel }) => (state.channels[channel]?.info.notify ?? "none") !== "none");
  const parts = [
    said(own, (message) => hereBy(state, message, here.thread)),
    said(others, (message) => elsewhereBy(state, message)),
    ...reminders.map(({ message }) =>
      said([message], () => spokenTexts().reminder(elsewhereBy(state, message))),
    ),
  ];
  return parts.filter(Boolean).join(" ") || null;
}

function said(messages: readonly Message[], by: (message: Message) => string): string {
  const [only] = messages;
  if (!only) return "";
  if (messages.length > 1) return t.timeline.announceMany(messages.length);
  return t.timeline.announce(by(only), wordsOf(only, WORDS_MAX));
}

/** A reply in a thread that is not open is not in what one reads. */
function hereBy({ users }: State, { sender, thread }: Message, open: string | null): string {
  const name = displayName(users[sender], sender);
  return thread && thread !== open ? spokenTexts().inThread(name) : name;
}

function elsewhereBy(state: State, { sender, channel: id }: Message): string {
  const name = displayName(state.users[sender], sender);
  const channel = state.channels[id];
  if (!channel) return name;
  const { direct, inPlace } = spokenTexts();
  const place = channelName(state, channel);
  if (channel.info.kind !== "dm") return inPlace(name, `#${place}`);
  return otherPeople(state, channel).length > 1 ? inPlace(name, place) : direct(name);
}
