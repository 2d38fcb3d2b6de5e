// What is said about messages that are sent later.

import { countingIn } from "./numbers";

const { many } = countingIn("en");

export const scheduled = {
  title: "Scheduled",
  count: (count: number) => many(count, "scheduled message", "scheduled messages"),
  menu: "Send later",
  willBeSent: (when: string) => `Will be sent ${when}.`,
  show: "Show scheduled",
  notCommands: "Commands can’t be sent later.",
  chooseTitle: "Send later",
  editTitle: "Edit scheduled message",
  schedule: "Schedule",
  empty: "Nothing is scheduled.",
  emptyText: "Write a message, and choose when it is sent beside the send button.",
  elsewhere: "A conversation that you are not in",
  inThread: "in a thread",
  due: "is being sent",
  failed: (why: string) => `Not sent: ${why}`,
  edit: "Edit",
  editLabel: (words: string) => `Edit: ${words}`,
  send: "Send now",
  sendLabel: (words: string) => `Send now: ${words}`,
  remove: "Delete",
  removeLabel: (words: string) => `Delete: ${words}`,
  removeTitle: "Delete this scheduled message?",
  removeText: "It is not sent, and its text is gone.",
};
