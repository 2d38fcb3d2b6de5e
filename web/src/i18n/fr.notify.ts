// Ce qui est dit des notifications reçues en son absence.

import type { NotifyTexts } from "./notify";

export const notify: NotifyTexts = {
  closed: "Notifications quand Loggia est fermé",
  closedHint:
    "Elles passent par l’éditeur de votre navigateur, qui ne peut pas les lire. Ce que vous avez lu ailleurs entre-temps n’est pas envoyé.",
  closedFailed: "Votre navigateur ne l’a pas permis, ou son service de notifications ne répond pas.",
  keywords: "Mots à surveiller",
  keywordsHint: "Séparés par des virgules. Un message qui en contient un vous avertit comme une mention.",
};
