// What is said about two-step sign-in: a one-time code beside the password.

import { countingIn } from "./numbers";

const { many } = countingIn("en");

export const totp = {
  title: "Two-step sign-in",
  // Signing in.
  code: "One-time code",
  codeHint: "The six digits that your authenticator app shows. A recovery code works as well.",
  back: "Back",
  tooOften: (seconds: number) =>
    `That was too often. Try again in ${seconds < 60 ? many(seconds, "second", "seconds") : many(Math.ceil(seconds / 60), "minute", "minutes")}.`,
  // In the settings.
  hint: "Signing in takes a code of an app on your phone as well as your password: whoever gets to know the password alone stays outside.",
  off: "It is off.",
  on: (since: string) => `It has been on since ${since}.`,
  left: (count: number) => `${many(count, "recovery code", "recovery codes")} left.`,
  few: "Without recovery codes, whoever loses the phone is locked out. Make new ones in time.",
  turnOn: "Turn on…",
  turnOff: "Turn off…",
  turnedOff: "Two-step sign-in is off.",
  // Turning it on.
  turnOnTitle: "Turn on two-step sign-in",
  passwordHint: "So that nobody else does this where you are signed in.",
  goOn: "Continue",
  scan: "Scan this with an authenticator app. On the phone that has the app, open it from here, or type the key.",
  picture: "QR code for your authenticator app",
  key: "Key",
  copyKey: "Copy key",
  open: "Open in authenticator",
  shownCode: "Code that the app shows",
  shownCodeHint: "Six digits. From then on, signing in takes such a code.",
  confirm: "Turn on",
  // The recovery codes.
  recoveryTitle: "Your recovery codes",
  recoveryWarning:
    "Two-step sign-in is on. Keep these codes where you find them without your phone: each signs you in once in place of a code of the app. They are not shown again.",
  recoveryCodes: "Recovery codes",
  copy: "Copy",
  download: "Download",
  kept: "I have kept these codes",
  done: "Done",
  unkeptTitle: "Close without keeping the codes?",
  unkeptText: "They are not shown again. If you lose your phone, nothing else of yours lets you in.",
  unkeptAction: "Close",
  unshownTitle: "Recovery codes not shown",
  unshownText:
    "Two-step sign-in is on, but the answer with its recovery codes got lost, and they are not shown again. Make new ones, which takes another code of the app.",
  fileHead: (account: string, day: string) => `Recovery codes of ${account}, ${day}`,
  fileHint: "Each signs in once, in place of a code of the authenticator app.",
  fileName: (account: string) => `loggia-recovery-codes-${account}.txt`,
  // New recovery codes.
  renew: "New recovery codes…",
  renewTitle: "Make new recovery codes?",
  renewText:
    "The recovery codes that you have are worth nothing any more then. Your authenticator app stays as it is.",
  renewAction: "Make new codes",
  renewedWarning:
    "The codes from before are worth nothing any more. Keep these where you find them without your phone: each signs you in once in place of a code of the app. They are not shown again.",
  // Turning it off.
  turnOffTitle: "Turn off two-step sign-in?",
  turnOffText: "Signing in takes the password alone again. The recovery codes are worth nothing any more.",
  turnOffAction: "Turn off",
  // For administrators.
  tag: "two-step sign-in",
  remove: "Remove two-step sign-in…",
  removeTitle: (name: string) => `Remove the two-step sign-in of ${name}?`,
  removeText:
    "It is for somebody who has lost their phone and the recovery codes: be sure that it is them who asks. Their password alone signs in then, until they turn it on again. It stands in the record.",
  removeAction: "Remove",
  removed: (name: string) => `${name} signs in with the password alone.`,
};
