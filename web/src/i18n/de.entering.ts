// Was an der Tür eines Kanals gesagt wird.

import type { Catalogue } from ".";

export const entering: Catalogue["entering"] = {
  ask: "Du siehst diesen Kanal von außen. Bitte um Einlass, und du erfährst es, wenn dich jemand einlässt.",
  invitedOnly: "Du siehst diesen Kanal von außen. Eingeladen wird von denen, die dort sind.",
  bannedFrom: "Du bist aus diesem Kanal verbannt.",
  inviteLink: (code) => `Den Link mit ${code} kopieren`,
  copyLink: "Link kopieren",
  byInvite: "Aus dem Link, dem du gefolgt bist.",
  left: (name) => `Du bist nicht mehr in ${name}: Du wurdest entfernt oder bist anderswo gegangen.`,
  banned: (name) => `Du wurdest aus ${name} verbannt.`,
};
