// What is said about messages that are pinned.

export const pins = {
  empty: "Nothing is pinned.",
  emptyText: "Pin what people should find again.",
};
