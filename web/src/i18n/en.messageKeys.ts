// What is said about the keys of a message.

export const messageKeys = {
  menu: "Menu of a conversation, a message or a person",
  title: "On a message that has the focus",
  hint: "F6 leads to the messages, ↑ and ↓ from one to the next.",
  /** As it is printed on a keyboard. */
  delete: "Del",
};
