// How long messages are kept, and what an administrator takes from this server alone.

import { countingIn } from "./numbers";

const { figure, many } = countingIn("en");
const days = (count: number) => many(count, "day", "days");

export const retention = {
  keep: "Keep messages",
  forEver: "For ever",
  years: (count: number) => many(count, "year", "years"),
  days,
  other: "Another number of days",
  number: "Days",
  numberBad: (most: number) => `A whole number from 1 to ${figure(most)}.`,
  hint: "Messages that are older are deleted for everybody, on every server.",
  goneHint: "What is deleted already does not come back.",
  sure: (count: number) => `Delete what is older than ${days(count)}?`,
  sureText: (count: number) =>
    `Messages, files and reactions older than ${days(count)} are deleted for everybody, on every server, now and as time goes on. They cannot be had back.`,
  sureAction: "Delete and save",
  note: (count: number) => `Messages older than ${days(count)} are deleted here.`,
  past: "Older messages were deleted.",
  ofServer: (count: number) =>
    `This server keeps messages for ${days(count)} at most, whatever is chosen here.`,
  outOfReach:
    "It can’t be deleted for everybody: that takes its author or the channel’s owner, and neither is of this server.",
  onlyHereText:
    "It can be taken off this server: it is deleted for everybody here, and other servers keep it. This cannot be undone.",
  onlyHere: "Take off this server only",
};
