// What is said about the client itself: new versions, what of it can’t be had, and how it is installed.

export const app = {
  updated: "A new version is ready.",
  reload: "Reload",
  broken: "Something went wrong",
  brokenHint: "The page could not be loaded. What you have written is kept.",
  partFailed: "This part could not be loaded. Is the server out of reach?",
  later: "Later",
  install: "Install as an app",
  installHint: "Opens in a window of its own, and shows your conversations offline.",
};
