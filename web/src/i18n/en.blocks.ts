// What is said about people whom one blocks.

export const blocks = {
  block: "Block",
  unblock: "Unblock",
  blocked: "You block this person.",
  sure: (name: string) => `Block ${name}?`,
  hint: "Nothing that they write notifies you, their messages are folded away, your conversation with them is not listed, and they can neither begin a conversation with you nor invite you. They are not told.",
  messages: (count: number) =>
    count === 1 ? "Message of somebody whom you blocked" : `${count} messages of people whom you blocked`,
  show: "Show",
  hide: "Hide",
  title: "Blocked people",
  none: "You have blocked nobody.",
  unblockLabel: (name: string) => `Unblock ${name}`,
};
