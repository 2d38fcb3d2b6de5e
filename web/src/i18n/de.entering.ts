// Was an der Tür eines Kanals gesagt wird.

import type { Catalogue } from ".";

export const entering: Catalogue["entering"] = {
  ask: "Du siehst diesen Kanal von außen. Bitte um Einlass, und du erfährst es, wenn dich jemand einlässt.",
  invitedOnly: "Du siehst diesen Kanal von außen. Eingeladen wird von denen, die dort sind.",
  bannedFrom: "Du bist aus diesem Kanal ausgeschlossen.",
  inviteLink: (code) => `Den Link mit ${code} kopieren`,
  copyLink: "Link kopieren",
  byInvite: "Aus dem Link, dem du gefolgt bist.",
  left: (name) => `Du bist nicht mehr in ${name}: Du wurdest entfernt oder bist anderswo gegangen.`,
  bannedBy: (name, by) => `${by} hat dich aus ${name} ausgeschlossen.`,
  removedBy: (name, by) => `${by} hat dich aus ${name} entfernt.`,
  because: (reason) => `Als Grund ist angegeben: ${reason}`,
  banned: (name) => `Du wurdest aus ${name} ausgeschlossen.`,
  dmClosed:
    "Das Gespräch ist geschlossen. Es kommt wieder, wenn jemand darin schreibt oder du es wieder öffnest.",
  invitedBy: "Eingeladen von",
  signedOutHere: "Du hast dich in einem anderen Tab abgemeldet.",
  forsaken: (others) =>
    others > 1
      ? "Diese Konten wurden gelöscht. Das Gespräch kann gelesen, aber nicht weitergeführt werden."
      : "Dieses Konto wurde gelöscht. Das Gespräch kann gelesen, aber nicht weitergeführt werden.",
  leaveLast:
    "Du bist das letzte Mitglied, und der Kanal ist privat: Niemand bleibt, der dich oder jemand anderen einladen könnte. Du kannst nicht zurückkommen und nicht mehr lesen, was hier geschrieben wurde.",
  sendsLater: "Wird gesendet, sobald alles hochgeladen ist.",
  notYet: "Noch nicht senden",
  uploadFailed:
    "Was nicht hochgeladen werden konnte, steht im Weg: Versuche es noch einmal oder lass es weg.",
  lostEdit: "Diese Nachricht wurde gelöscht, während du sie geändert hast. Was du geschrieben hast:",
};
