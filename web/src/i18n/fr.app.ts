import type { Catalogue } from ".";

export const app: Catalogue["app"] = {
  updated: "Une nouvelle version est prête.",
  reload: "Recharger",
  broken: "Une erreur est survenue",
  brokenHint: "La page n’a pas pu être chargée. Ce que vous avez écrit est conservé.",
  partFailed: "Cette partie n’a pas pu être chargée. Le serveur est-il hors de portée\u202f?",
  later: "Plus tard",
  install: "Installer comme application",
  installHint: "S’ouvre dans sa propre fenêtre et montre vos conversations hors ligne.",
};
