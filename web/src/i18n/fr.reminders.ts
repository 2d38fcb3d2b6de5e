import type { RemindersTexts } from "./reminders";

export const reminders: RemindersTexts = {
  title: "Me le rappeler",
  set: (when) => `Rappel prévu\u00a0: ${when}.`,
  due: "Le rappel arrive.",
  times: "Quand",
  action: "Me le rappeler",
  remove: "Retirer le rappel",
  gone: "Le rappel a été retiré.",
  told: "Rappel",
  card: (when) => `Rappel\u00a0: ${when}`,
  label: (words) => `Me le rappeler\u00a0: ${words}`,
};
