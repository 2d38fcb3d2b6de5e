import type { RemindersTexts } from "./reminders";

export const reminders: RemindersTexts = {
  title: "Erinnern",
  set: (when) => `Du wirst erinnert: ${when}.`,
  due: "Du wirst gerade erinnert.",
  times: "Wann",
  action: "Erinnern",
  remove: "Erinnerung entfernen",
  gone: "Die Erinnerung wurde entfernt.",
  told: "Erinnerung",
  card: (when) => `Erinnerung: ${when}`,
  label: (words) => `Erinnern: ${words}`,
};
