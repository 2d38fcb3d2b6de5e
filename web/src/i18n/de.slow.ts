import { countingIn } from "./numbers";
import type { SlowTexts } from "./slow";

const { many } = countingIn("de");

export const slow: SlowTexts = {
  label: "Langsamer Modus",
  off: "Aus",
  hint: "Wie lange alle zwischen zwei Nachrichten warten; nicht, wer Nachrichten anderer löschen darf.",
  hours: (count) => many(count, "Stunde", "Stunden"),
  minutes: (count) => many(count, "Minute", "Minuten"),
  seconds: (count) => many(count, "Sekunde", "Sekunden"),
  note: (lasting) => `Langsamer Modus: nach jeder Nachricht ${lasting} warten.`,
  next: (clock) => `Weiter in ${clock}`,
  sending: "Die letzte ist unterwegs.",
  again: (lasting) => `Noch ${lasting}, bis du hier wieder schreiben kannst.`,
  now: "Du kannst hier wieder schreiben.",
};
