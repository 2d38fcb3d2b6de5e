// What is said of reminders of messages.

export const reminders = {
  title: "Remind me",
  set: (when: string) => `You will be reminded ${when}.`,
  due: "You are being reminded.",
  times: "When",
  action: "Remind me",
  remove: "Remove reminder",
  gone: "The reminder was removed.",
  /** Of one in the inbox. */
  told: "Reminder",
  card: (when: string) => `Reminder ${when}`,
  label: (words: string) => `Remind me: ${words}`,
};
