// Keys, and what they do.

export const shortcuts = {
  readAll: "Mark everything as read",
  inbox: "Mentions and replies",
  help: "These shortcuts",
  bold: "Bold, italics, code",
  switcher: "Jump to a conversation",
  search: "Search messages",
  next: "Next or previous conversation",
  unread: "Next or previous unread conversation",
  history: "Back and forward",
  landmarks: "Next or previous part of the window",
  read: "Mark as read",
  edit: "Edit your last message (empty box)",
  newline: "New line",
  send: "Send",
  /** As they are printed on a keyboard. */
  keys: { control: "Ctrl", shift: "Shift", enter: "Enter", escape: "Esc" },
};
