import type { DirectoryTexts } from "./directory";

export const directory: DirectoryTexts = {
  empty: "Kein Kanal passt dazu.",
  none: "Es gibt noch keine öffentlichen Kanäle. Lege den ersten an.",
  serverHint: "Der Name eines anderen Servers, etwa chat.example.org. Leer für diesen.",
  joinAddress: (alias) => `${alias} beitreten`,
  noneThere: "Dieser Server führt keine Kanäle auf.",
};
