import type { RecordingTexts } from "./recording";

export const recording: RecordingTexts = {
  record: "Sprachnachricht aufnehmen",
  recording: "Aufnahme läuft",
  keep: "Beenden und anhängen",
  discard: "Aufnahme verwerfen",
  listen: (name) => `${name} anhören`,
  unplayable: "Dieser Browser spielt es nicht ab.",
  refused: {
    notAllowed: "Der Browser lässt diese Seite das Mikrofon nicht benutzen.",
    noMicrophone: "Es wurde kein Mikrofon gefunden.",
    failed: "Das Mikrofon kann gerade nicht benutzt werden.",
  },
};
