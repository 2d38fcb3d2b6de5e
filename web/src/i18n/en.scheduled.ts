// What is said about messages that are sent later.

import { countingIn } from "./numbers";

const { many } = countingIn("en");

export const scheduled = {
  title: "Scheduled",
  count: (count: number) => many(count, "scheduled message", "scheduled messages"),
  menu: "Send later",
  hour: (time: string) => `In 1 hour, at ${time}`,
  tomorrow: (time: string) => `Tomorrow at ${time}`,
  monday: (time: string) => `Next Monday at ${time}`,
  choose: "Choose a date and time…",
  today: (time: string) => `today at ${time}`,
  next: (time: string) => `tomorrow at ${time}`,
  onDay: (day: string, time: string) => `${day}, at ${time}`,
  willBeSent: (when: string) => `Will be sent ${when}.`,
  show: "Show scheduled",
  notCommands: "Commands can’t be sent later.",
  chooseTitle: "Send later",
  editTitle: "Edit scheduled message",
  text: "Message",
  date: "Date",
  time: "Time",
  zone: (zone: string) => `In the time zone of this device: ${zone}`,
  past: "Choose a time in the future.",
  far: "That is too far ahead: at most 120 days.",
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
