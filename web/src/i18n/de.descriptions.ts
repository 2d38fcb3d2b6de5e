import type { DescriptionTexts } from "./descriptions";
import { countingIn } from "./numbers";

const { figure } = countingIn("de");

export const descriptions: DescriptionTexts = {
  describe: "Beschreiben",
  describeFile: (name) => `${name} beschreiben`,
  label: "Beschreibung",
  picture: "Wird Personen vorgelesen, die das Bild nicht sehen können.",
  recording: "Für Personen, die es nicht sehen oder hören können.",
  left: (count) => `Noch ${figure(count)} Zeichen`,
  tooLong: (count) => `${figure(count)} Zeichen zu lang`,
  mark: "ALT",
  marked: "hat eine Beschreibung",
  saved: (name) => `Die Beschreibung von ${name} wurde gespeichert.`,
  removed: (name) => `Die Beschreibung von ${name} wurde entfernt.`,
  labelled: (label, said) => `${label}: ${said}`,
};
