import type { WebhookTexts } from "./webhooks";

export const webhooks: WebhookTexts = {
  title: "Webhooks",
  hint: "Über einen Webhook schreibt hier ein anderes Programm, etwa ein Build-Server oder eine Überwachung: es schickt JSON an eine Adresse. Was eingehende Webhooks von Slack annehmen, geht auch hier.",
  none: "Dieser Kanal hat keine Webhooks.",
  name: "Name",
  nameHint: "Er steht über den Nachrichten, zum Beispiel „Build-Server“.",
  nameNeeded: "Gib ihm einen Namen.",
  create: "Webhook erstellen",
  madeBy: (name) => `Erstellt von ${name}`,
  used: (when) => `zuletzt benutzt: ${when}`,
  unused: "nie benutzt",
  ready: (name) => `${name} ist bereit`,
  warning: "Die Adresse wird nur jetzt gezeigt. Wer sie kennt, kann in diesem Kanal schreiben.",
  address: "Adresse",
  example: "Zum Ausprobieren, in einer Kommandozeile",
  exampleText: "Hallo",
  copy: "Kopieren",
  copyAddress: "Adresse kopieren",
  copyExample: "Beispiel kopieren",
  remove: "Entfernen",
  removeLabel: (name) => `${name} entfernen`,
  removeTitle: (name) => `${name} entfernen?`,
  removeText:
    "Unter der Adresse wird nichts mehr angenommen, und sie lässt sich nicht zurückholen. Was gesendet wurde, bleibt.",
  removed: (name) => `${name} wurde entfernt.`,
};
