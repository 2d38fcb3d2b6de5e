// How long people wait between two messages, where a channel is slow.

import { countingIn } from "./numbers";

const { many } = countingIn("en");

export const slow = {
  label: "Slow mode",
  off: "Off",
  hint: "How long everybody waits between two messages; not who may delete others’ messages.",
  hours: (count: number) => many(count, "hour", "hours"),
  minutes: (count: number) => many(count, "minute", "minutes"),
  seconds: (count: number) => many(count, "second", "seconds"),
  note: (lasting: string) => `Slow mode: one message every ${lasting}.`,
  next: (clock: string) => `Next in ${clock}`,
  sending: "The last one is on its way.",
  again: (lasting: string) => `You can write here again in ${lasting}.`,
  now: "You can write here again.",
};
