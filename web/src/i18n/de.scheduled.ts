import { countingIn } from "./numbers";
import type { ScheduledTexts } from "./scheduled";

const { many } = countingIn("de");

export const scheduled: ScheduledTexts = {
  title: "Geplant",
  count: (count) => many(count, "geplante Nachricht", "geplante Nachrichten"),
  menu: "Später senden",
  willBeSent: (when) => `Wird gesendet: ${when}.`,
  show: "Geplante anzeigen",
  notCommands: "Befehle lassen sich nicht später senden.",
  chooseTitle: "Später senden",
  editTitle: "Geplante Nachricht bearbeiten",
  schedule: "Planen",
  empty: "Es ist nichts geplant.",
  emptyText: "Schreib eine Nachricht und wähle neben dem Senden-Knopf, wann sie gesendet wird.",
  elsewhere: "Ein Gespräch, in dem du nicht bist",
  inThread: "in einem Thread",
  due: "wird gerade gesendet",
  failed: (why) => `Nicht gesendet: ${why}`,
  edit: "Bearbeiten",
  editLabel: (words) => `Bearbeiten: ${words}`,
  send: "Jetzt senden",
  sendLabel: (words) => `Jetzt senden: ${words}`,
  remove: "Löschen",
  removeLabel: (words) => `Löschen: ${words}`,
  removeTitle: "Diese geplante Nachricht löschen?",
  removeText: "Sie wird nicht gesendet, und ihr Text ist weg.",
};
