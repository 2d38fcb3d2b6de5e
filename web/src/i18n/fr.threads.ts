import type { ThreadTexts } from "./threads";

export const threads: ThreadTexts = {
  title: "Fils",
  none: "Rien de nouveau dans les fils que vous suivez.",
  mentions: (count) => (count === 1 ? "1 mention" : `${count} mentions`),
  follow: "Suivre ce fil",
  unfollow: "Ne plus suivre ce fil",
  follows: "Vous êtes averti des réponses ici.",
  picture: "Image du salon",
  best: "Meilleurs résultats d’abord",
  people: "Personnes",
  channels: "Salons",
  password: "Votre mot de passe",
  passwordHint: "Nécessaire, car votre connexion date d’un moment.",
};
