import type { SpokenTexts } from "./spoken";

const many = (count: number, one: string, more: string) => `${String(count)} ${count < 2 ? one : more}`;

export const spoken: SpokenTexts = {
  role: {
    owner: (name) => `Le salon appartient maintenant à ${name}.`,
    moderator: (name) => `${name} assure maintenant la modération.`,
    member: (name) => `${name} est maintenant membre.`,
    guest: (name) => `${name} a maintenant le rôle d’invité.`,
  },
  removed: (name) => `${name} a été retiré du salon.`,
  banned: (name) => `${name} a été banni.`,
  lately: {
    label: "Supprimer ce que cette personne a écrit ici",
    nothing: "Rien",
    hour: "De la dernière heure",
    day: "Des dernières 24\u00a0heures",
    week: "Des 7\u00a0derniers jours",
    waiting: (count) =>
      count < 2
        ? `${String(count)} message attend que le serveur du salon le supprime.`
        : `${String(count)} messages attendent que le serveur du salon les supprime.`,
    reactions: (count) => `${many(count, "réaction a été supprimée", "réactions ont été supprimées")}.`,
    deleted: (count) =>
      count < 2 ? `${String(count)} message a été supprimé.` : `${String(count)} messages ont été supprimés.`,
  },
  unbanned: (name) => `Le bannissement de ${name} a été levé.`,
  inviteMade: "Un code d’invitation a été créé.",
  inviteRevoked: (code) => `Le code ${code} a été révoqué.`,
  inThread: (name) => `${name}, dans un fil`,
  inPlace: (name, place) => `${name} dans ${place}`,
  direct: (name) => `${name}, message direct`,
  reminder: (by) => `Rappel\u00a0: ${by}`,
  files: (names) => `Fichiers\u00a0: ${names}`,
  connected: "De nouveau connecté.",
  edited: "modifié",
  pinned: "épinglé",
  reactions: (count) => many(count, "réaction", "réactions"),
  results: (count, more) => `${many(count, "résultat", "résultats")}${more ? " ou plus" : ""}`,
  uploading: (name) => `Envoi de ${name}.`,
  uploaded: (name) => `${name} a été envoyé.`,
  uploadFailed: (name) => `${name} n’a pas pu être envoyé.`,
  leftOut: (name) => `${name} a été retiré du message.`,
  deleteReaction: (emoji: string, name: string) => `Supprimer ${emoji} de ${name}`,
};
