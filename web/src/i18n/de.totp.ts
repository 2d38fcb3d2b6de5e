import { countingIn } from "./numbers";
import type { TotpTexts } from "./totp";

const { many } = countingIn("de");

export const totp: TotpTexts = {
  title: "Zweistufige Anmeldung",
  code: "Einmalcode",
  codeHint: "Die sechs Ziffern, die deine Authenticator-App zeigt. Ein Wiederherstellungscode geht auch.",
  back: "Zurück",
  tooOften: (seconds) =>
    `Zu viele Versuche. Versuch es in ${seconds < 60 ? many(seconds, "Sekunde", "Sekunden") : many(Math.ceil(seconds / 60), "Minute", "Minuten")} wieder.`,
  hint: "Zum Anmelden gehört dann außer dem Passwort ein Code einer App auf deinem Telefon: Wer nur das Passwort erfährt, bleibt draußen.",
  off: "Sie ist aus.",
  on: (since) => `Sie ist an, seit ${since}.`,
  left: (count) => `Noch ${many(count, "Wiederherstellungscode", "Wiederherstellungscodes")}.`,
  few: "Wer ohne solche Codes das Telefon verliert, ist ausgesperrt. Lass dir rechtzeitig neue geben.",
  turnOn: "Einschalten…",
  turnOff: "Ausschalten…",
  turnedOff: "Die zweistufige Anmeldung ist aus.",
  turnOnTitle: "Zweistufige Anmeldung einschalten",
  passwordHint: "Damit das niemand anders tut, wo du angemeldet bist.",
  goOn: "Weiter",
  scan: "Scanne das mit einer Authenticator-App. Auf dem Telefon, auf dem die App ist, öffne sie von hier aus, oder tippe den Schlüssel ein.",
  picture: "QR-Code für deine Authenticator-App",
  key: "Schlüssel",
  copyKey: "Schlüssel kopieren",
  open: "Im Authenticator öffnen",
  shownCode: "Code, den die App zeigt",
  shownCodeHint: "Sechs Ziffern. Von da an gehört zum Anmelden ein solcher Code.",
  confirm: "Einschalten",
  recoveryTitle: "Deine Wiederherstellungscodes",
  recoveryWarning:
    "Die zweistufige Anmeldung ist an. Bewahre diese Codes auf, wo du sie ohne dein Telefon findest: Mit jedem kannst du dich einmal anmelden, statt mit einem Code der App. Sie werden nicht noch einmal gezeigt.",
  recoveryCodes: "Wiederherstellungscodes",
  copy: "Kopieren",
  download: "Herunterladen",
  kept: "Ich habe diese Codes aufbewahrt",
  done: "Fertig",
  unkeptTitle: "Schließen, ohne die Codes aufzubewahren?",
  unkeptText:
    "Sie werden nicht noch einmal gezeigt. Verlierst du dein Telefon, kommst du anders nicht mehr hinein.",
  unkeptAction: "Schließen",
  unshownTitle: "Wiederherstellungscodes nicht gezeigt",
  unshownText:
    "Die zweistufige Anmeldung ist an, doch die Antwort mit den Wiederherstellungscodes ging verloren, und sie werden nicht noch einmal gezeigt. Lass dir neue geben; dazu gehört noch ein Code der App.",
  fileHead: (account, day) => `Wiederherstellungscodes von ${account}, ${day}`,
  fileHint: "Mit jedem kann man sich einmal anmelden, statt mit einem Code der Authenticator-App.",
  fileName: (account) => `loggia-wiederherstellungscodes-${account}.txt`,
  renew: "Neue Wiederherstellungscodes…",
  renewTitle: "Neue Wiederherstellungscodes?",
  renewText:
    "Die Wiederherstellungscodes, die du hast, gelten dann nicht mehr. Deine Authenticator-App bleibt, wie sie ist.",
  renewAction: "Neue Codes",
  renewedWarning:
    "Die Codes von vorher gelten nicht mehr. Bewahre diese auf, wo du sie ohne dein Telefon findest: Mit jedem kannst du dich einmal anmelden, statt mit einem Code der App. Sie werden nicht noch einmal gezeigt.",
  turnOffTitle: "Zweistufige Anmeldung ausschalten?",
  turnOffText: "Zum Anmelden reicht wieder das Passwort. Die Wiederherstellungscodes gelten nicht mehr.",
  turnOffAction: "Ausschalten",
  tag: "zweistufige Anmeldung",
  remove: "Zweistufige Anmeldung entfernen…",
  removeTitle: (name) => `Zweistufige Anmeldung von ${name} entfernen?`,
  removeText:
    "Das ist für Menschen, die ihr Telefon und die Wiederherstellungscodes verloren haben: Vergewissere dich, dass es wirklich die Person selbst ist, die darum bittet. Zum Anmelden reicht dann das Passwort, bis die zweite Stufe wieder eingeschaltet wird. Es steht im Protokoll.",
  removeAction: "Entfernen",
  removed: (name) => `${name} meldet sich mit dem Passwort allein an.`,
};
