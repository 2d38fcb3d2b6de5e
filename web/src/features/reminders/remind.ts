// Reminders of messages: set, put off, taken back. The server tells the person when it is time.

import { sessionSignal } from "../../api/http";
import { save_message } from "../../api/operations";
import { remindersTexts } from "../../i18n/reminders";
import { timesTexts } from "../../i18n/times";
import type { Client } from "../client/client";
import { whenText } from "../times/times";

/** How many days ahead, as the server has it. */
export const DAYS_MAX = 365;

/** Null takes it back. Whatever has a reminder is saved. */
export async function remind(
  client: Client,
  channel: string,
  message: string,
  remind_ts: number | null,
): Promise<boolean> {
  const session = sessionSignal();
  try {
    await save_message(channel, message, { remind_ts });
  } catch (error) {
    if (!session.aborted) client.actions.failed(error);
    return false;
  }
  // The list is another person's by now.
  if (session.aborted) return false;
  const { saved, channels } = client.store.getState();
  // The frame may be slower than the answer, or lost with the line.
  const kept = saved.byId[message] ?? {
    channel,
    saved_ts: Date.now(),
    message: channels[channel]?.messages[message] ?? null,
  };
  client.store.dispatch({ type: "saved_set", message, kept: { ...kept, remind_ts } });
  const texts = remindersTexts();
  client.notices.show(
    remind_ts === null ? texts.gone : texts.set(whenText(remind_ts, Date.now(), timesTexts())),
  );
  return true;
}
