// What is said about being told while away.

export const notify = {
  closed: "Notifications when Loggia is closed",
  closedHint:
    "Brought by your browser's maker, who cannot read them. What you have read elsewhere by then is not sent.",
  closedFailed: "Your browser did not allow it, or its notification service does not answer.",
  keywords: "Words to watch for",
  keywordsHint: "Separated by commas. A message with one of them notifies you as a mention does.",
};
