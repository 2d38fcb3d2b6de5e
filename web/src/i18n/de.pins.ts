import type { PinTexts } from "./pins";

export const pins: PinTexts = {
  empty: "Nichts ist angeheftet.",
  emptyText: "Hefte an, was andere wiederfinden sollen.",
};
