import type { DateTexts } from "./dates";

export const dates: DateTexts = {
  title: "Zu einem Datum springen",
  day: "Tag",
  go: "Springen",
  beginning: "Zum Anfang",
  month: "Vor einem Monat",
  week: "Vor einer Woche",
};
