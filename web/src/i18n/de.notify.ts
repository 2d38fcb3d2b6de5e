// Was über Nachrichten gesagt wird, die kommen, während man weg ist.

import type { NotifyTexts } from "./notify";

export const notify: NotifyTexts = {
  closed: "Benachrichtigungen, wenn Loggia geschlossen ist",
  closedHint:
    "Der Hersteller deines Browsers bringt sie, ohne sie lesen zu können. Was du bis dahin woanders gelesen hast, wird nicht gesendet.",
  closedFailed: "Dein Browser hat es nicht erlaubt, oder sein Benachrichtigungsdienst antwortet nicht.",
  keywords: "Wörter, auf die ich achte",
  keywordsHint:
    "Durch Kommas getrennt. Eine Nachricht mit einem davon benachrichtigt dich wie eine Erwähnung.",
  email: "E-Mail-Adresse",
  emailHint:
    "Für das, was du verpasst hast, und falls du dein Passwort vergisst. Zuerst geht eine E-Mail dorthin.",
  otherAddress: "Eine andere Adresse",
  confirm: "Bestätigen",
  removeAddress: "Adresse entfernen",
  missed: "Schreib mir, was ich verpasst habe",
  missedHint:
    "Direktnachrichten, Erwähnungen und Antworten, die nach einer Weile noch ungelesen sind, in einer E-Mail.",
  forgot: "Passwort vergessen?",
  nameOrAddress: "Benutzername oder E-Mail-Adresse",
  resetHint: "Eine E-Mail mit einem Link geht an die Adresse, die du bestätigt hast.",
  sendLetter: "E-Mail schicken",
  resetAsked: "Wenn es ein solches Konto mit einer bestätigten Adresse gibt, ist eine E-Mail unterwegs.",
  back: "Zurück zur Anmeldung",
  newPassword: "Neues Passwort wählen",
  passwordSet: "Das Passwort ist gesetzt. Alle Geräte sind abgemeldet.",
  confirmTitle: "Adresse bestätigen",
  confirmed: "Die Adresse ist bestätigt.",
  goOn: "Weiter zu Loggia",
  pending: (address) => `Eine E-Mail ist unterwegs an ${address}. Öffne den Link darin.`,
};
