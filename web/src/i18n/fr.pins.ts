import type { PinTexts } from "./pins";

export const pins: PinTexts = {
  empty: "Rien n’est épinglé.",
  emptyText: "Épinglez ce que l’on doit retrouver.",
};
