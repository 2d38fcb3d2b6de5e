// What is said about people of other servers who are kept off this one.

import { countingIn } from "./numbers";

const { many } = countingIn("en");

export const exclusions = {
  title: "Kept off",
  hint: "People of other servers whom this one keeps off, while their servers go on. They are put out of the channels that live here, nothing that they send gets into these, nobody here is notified of them, and nobody writes to them.",
  none: "Nobody is kept off.",
  search: "Search those who are kept off",
  address: "Whom",
  addressHint: "The address of somebody of another server: @name:their.server",
  keepOff: "Keep off this server",
  sure: (name: string) => `Keep ${name} off this server?`,
  text: "They are put out of the channels that live here, and cannot write or come back until you readmit them. What they wrote stays; what they write elsewhere is seen there. They are not told why.",
  reasonHint: "Optional. It stands in the record with your name, for administrators.",
  isOff: "Kept off this server",
  readmit: "Readmit",
  readmitLabel: (name: string) => `Readmit ${name}`,
  keptNotice: (name: string) => `${name} is kept off this server.`,
  readmittedNotice: (name: string) => `${name} may come back.`,
  since: (when: string) => `since ${when}`,
  by: (name: string) => `by ${name}`,
  still: (channels: number) =>
    `Still in ${many(channels, "channel or conversation", "channels or conversations")} here, without a voice`,
  badAddress: "Give the whole address, such as @name:their.server.",
  isLocal: "This account is of this server. Keep it from signing in instead, under People.",
  isFull: "As many people are kept off as can be. Readmit somebody first.",
  excludedAct: (by: string, whom: string) => `${by} keeps ${whom} off this server.`,
  readmittedAct: (by: string, whom: string) => `${by} readmitted ${whom}.`,
};
