import type { PreviewTexts } from "./previews";

export const previews: PreviewTexts = {
  label: (host) => `Vorschau von ${host}`,
  arrived: (host, title) => `Eine Vorschau von ${host} geht mit deiner Nachricht mit: ${title}.`,
  leaveOut: (host) => `Die Vorschau von ${host} weglassen`,
  leftOut: (host) => `Die Vorschau von ${host} wurde weggelassen.`,
  remove: (host) => `Die Vorschau von ${host} entfernen`,
  removed: "Die Vorschau wurde entfernt.",
  setting: "Vorschau von Links",
  settingHint:
    "Bei dem zeigen, was ich schreibe. Dein Server ruft die Seiten ab, auf die du verweist, und niemand, der deine Nachrichten liest.",
};
