import { countingIn } from "./numbers";
import type { RetentionTexts } from "./retention";

const { figure, many } = countingIn("de");
const days = (count: number) => many(count, "Tag", "Tage");

export const retention: RetentionTexts = {
  keep: "Nachrichten aufbewahren",
  forEver: "Für immer",
  years: (count) => many(count, "Jahr", "Jahre"),
  days,
  other: "Eine andere Zahl von Tagen",
  number: "Tage",
  numberBad: (most) => `Eine ganze Zahl von 1 bis ${figure(most)}.`,
  hint: "Was älter ist, wird für alle gelöscht, auf jedem Server.",
  goneHint: "Was schon gelöscht ist, kommt nicht wieder.",
  sure: (count) => `Löschen, was älter als ${days(count)} ist?`,
  sureText: (count) =>
    `Nachrichten, Dateien und Reaktionen, die älter als ${days(count)} sind, werden für alle gelöscht, auf jedem Server, jetzt und weiterhin. Sie lassen sich nicht zurückholen.`,
  sureAction: "Löschen und speichern",
  note: (count) => `Nachrichten, die älter als ${days(count)} sind, werden hier gelöscht.`,
  past: "Ältere Nachrichten wurden gelöscht.",
  ofServer: (count) =>
    `Dieser Server bewahrt Nachrichten höchstens ${days(count)} auf, was auch immer hier gewählt ist.`,
  outOfReach:
    "Für alle lässt sie sich nicht löschen: dazu braucht es, wer sie schrieb oder wem der Kanal gehört, und niemand davon ist von diesem Server.",
  onlyHereText:
    "Sie lässt sich von diesem Server nehmen: hier wird sie für alle gelöscht, andere Server behalten sie. Das lässt sich nicht rückgängig machen.",
  onlyHere: "Nur von diesem Server nehmen",
};
