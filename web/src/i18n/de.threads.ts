import type { ThreadTexts } from "./threads";

export const threads: ThreadTexts = {
  title: "Threads",
  none: "Nichts Neues in Threads, denen du folgst.",
  mentions: (count) => (count === 1 ? "1 Erwähnung" : `${count} Erwähnungen`),
  follow: "Diesem Thread folgen",
  unfollow: "Diesem Thread nicht mehr folgen",
  follows: "Du erfährst von Antworten hier.",
  picture: "Bild des Kanals",
  best: "Beste Treffer zuerst",
  people: "Personen",
  channels: "Kanäle",
  password: "Dein Passwort",
  passwordHint: "Nötig, weil deine Anmeldung eine Weile her ist.",
};
