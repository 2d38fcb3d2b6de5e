// What is said about messages that one saves for later.

export const saved = {
  removeLabel: (words: string) => `Remove from saved: ${words}`,
  empty: "Nothing is saved.",
  emptyText:
    "Save a message from its menu, and you find it here on all of your devices. Nobody else sees it.",
};
