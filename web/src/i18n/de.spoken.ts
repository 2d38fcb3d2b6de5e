import type { SpokenTexts } from "./spoken";

const many = (count: number, one: string, more: string) => `${String(count)} ${count === 1 ? one : more}`;

export const spoken: SpokenTexts = {
  role: {
    owner: (name) => `Der Kanal gehört jetzt ${name}.`,
    moderator: (name) => `${name} moderiert jetzt.`,
    member: (name) => `${name} ist jetzt Mitglied.`,
    guest: (name) => `${name} ist jetzt Gast.`,
  },
  removed: (name) => `${name} wurde entfernt.`,
  banned: (name) => `${name} wurde ausgeschlossen.`,
  lately: {
    label: "Hier Geschriebenes löschen",
    nothing: "Nichts",
    hour: "Aus der letzten Stunde",
    day: "Aus den letzten 24 Stunden",
    week: "Aus den letzten 7 Tagen",
    waiting: (count) =>
      `${many(count, "Nachricht wartet", "Nachrichten warten")} darauf, dass der Server des Kanals sie löscht.`,
    reactions: (count) => `${many(count, "Reaktion wurde", "Reaktionen wurden")} gelöscht.`,
    deleted: (count) => `${many(count, "Nachricht wurde", "Nachrichten wurden")} gelöscht.`,
  },
  unbanned: (name) => `${name} ist wieder zugelassen.`,
  inviteMade: "Ein Einladungscode wurde erstellt.",
  inviteRevoked: (code) => `Der Code ${code} wurde widerrufen.`,
  inThread: (name) => `${name}, in einem Thread`,
  inPlace: (name, place) => `${name} in ${place}`,
  direct: (name) => `${name}, Direktnachricht`,
  reminder: (by) => `Erinnerung: ${by}`,
  files: (names) => `Dateien: ${names}`,
  connected: "Wieder verbunden.",
  edited: "bearbeitet",
  pinned: "angeheftet",
  reactions: (count) => many(count, "Reaktion", "Reaktionen"),
  results: (count, more) => `${many(count, "Ergebnis", "Ergebnisse")}${more ? " oder mehr" : ""}`,
  uploading: (name) => `${name} wird hochgeladen.`,
  uploaded: (name) => `${name} wurde hochgeladen.`,
  uploadFailed: (name) => `${name} konnte nicht hochgeladen werden.`,
  leftOut: (name) => `${name} wurde weggelassen.`,
  deleteReaction: (emoji: string, name: string) => `${emoji} von ${name} löschen`,
};
