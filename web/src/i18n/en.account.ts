// What is said about one's own data, and about the end of an account.

import { countingIn } from "./numbers";

const { figure } = countingIn("en");

export const account = {
  data: "Your data",
  exportHint: "Your profile, your channels and settings, and all that you wrote, in one file (JSON).",
  export: "Download your data",
  exporting: (messages: number) => `Collecting… ${figure(messages)} messages so far`,
  end: "Delete your account",
  endHint: "You cannot undo it.",
  endTitle: (name: string) => `Delete the account ${name}?`,
  endText:
    "You are signed out everywhere, you leave all channels, and nobody can write to you. What you wrote stays. Hand over channels that you own first.",
  endSure: "Delete for good",
  ended: "Your account is deleted.",
};
