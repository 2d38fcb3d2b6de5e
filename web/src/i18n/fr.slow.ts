import { countingIn } from "./numbers";
import type { SlowTexts } from "./slow";

const { many } = countingIn("fr", (count) => count < 2);

export const slow: SlowTexts = {
  label: "Mode lent",
  off: "Désactivé",
  hint: "Le temps que chacun attend entre deux messages, sauf qui peut supprimer ceux des autres.",
  hours: (count) => many(count, "heure", "heures"),
  minutes: (count) => many(count, "minute", "minutes"),
  seconds: (count) => many(count, "seconde", "secondes"),
  note: (lasting) => `Mode lent\u00a0: ${lasting} d’attente après chaque message.`,
  next: (clock) => `Encore ${clock}`,
  sending: "Le dernier est en route.",
  again: (lasting) => `Vous pourrez écrire de nouveau ici dans ${lasting}.`,
  now: "Vous pouvez de nouveau écrire ici.",
};
