import type { DateTexts } from "./dates";

export const dates: DateTexts = {
  title: "Aller à une date",
  day: "Jour",
  go: "Aller",
  beginning: "Au début",
  month: "Il y a un mois",
  week: "Il y a une semaine",
};
