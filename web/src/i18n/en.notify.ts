// What is said about being told while away.

export const notify = {
  closed: "Notifications when Loggia is closed",
  closedHint:
    "Brought by your browser's maker, who cannot read them. What you have read elsewhere by then is not sent.",
  closedFailed: "Your browser did not allow it, or its notification service does not answer.",
  keywords: "Words to watch for",
  keywordsHint: "Separated by commas. A message with one of them notifies you as a mention does.",
  email: "E-mail address",
  emailHint: "For what you missed, and for when you forget your password. A letter goes there first.",
  otherAddress: "Another address",
  confirm: "Confirm",
  removeAddress: "Remove the address",
  missed: "Write to me about what I missed",
  missedHint: "Direct messages, mentions and replies that are still unread after a while, in one letter.",
  forgot: "Forgot your password?",
  nameOrAddress: "Username or e-mail address",
  resetHint: "A letter with a link goes to the address that you confirmed.",
  sendLetter: "Send the letter",
  resetAsked: "If there is such an account and it has a confirmed address, a letter is on its way.",
  back: "Back to signing in",
  newPassword: "Choose a new password",
  passwordSet: "The password is set. All devices are signed out.",
  confirmTitle: "Confirm your address",
  confirmed: "The address is confirmed.",
  goOn: "Go to Loggia",
  pending: (address: string) => `A letter is on its way to ${address}. Open its link.`,
};
