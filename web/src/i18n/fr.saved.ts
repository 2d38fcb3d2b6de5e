import type { SavedTexts } from "./saved";

export const saved: SavedTexts = {
  removeLabel: (words) => `Ne plus garder\u00a0: ${words}`,
  empty: "Rien n’est gardé.",
  emptyText:
    "Gardez un message par son menu, et vous le retrouvez ici sur tous vos appareils. Personne d’autre ne le voit.",
};
