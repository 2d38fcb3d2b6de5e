import type { SharedTexts } from "./shared";

export const shared: SharedTexts = {
  filter: "Was gezeigt wird",
  all: "Alle",
  image: "Bilder",
  video: "Videos",
  audio: "Ton",
  other: "Andere Dateien",
  jumpLabel: (file, name, when) => `Zur Nachricht: ${file}, ${name}, ${when}`,
  openLabel: (file, name, when) => `${file} öffnen, ${name}, ${when}`,
  playLabel: (file, name, when) => `${file} abspielen, ${name}, ${when}`,
  unplayable: "Dieser Browser kann das nicht abspielen. Die Datei kann heruntergeladen werden.",
  empty: "Noch keine Dateien.",
  emptyText: "Bilder und andere Dateien, die hier gesendet werden, stehen an dieser Stelle.",
  emptyKind: "Keine von dieser Art.",
};
