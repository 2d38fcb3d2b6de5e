import type { SavedTexts } from "./saved";

export const saved: SavedTexts = {
  removeLabel: (words) => `Nicht mehr merken: ${words}`,
  empty: "Du hast dir noch nichts gemerkt.",
  emptyText:
    "Merke dir eine Nachricht über ihr Menü, dann findest du sie hier auf allen deinen Geräten. Sonst sieht das niemand.",
};
