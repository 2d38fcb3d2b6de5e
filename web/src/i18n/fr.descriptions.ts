import type { DescriptionTexts } from "./descriptions";
import { countingIn } from "./numbers";

const { many } = countingIn("fr", (count) => count < 2);

export const descriptions: DescriptionTexts = {
  describe: "Décrire",
  describeFile: (name) => `Décrire ${name}`,
  label: "Description",
  picture: "Lue aux personnes qui ne peuvent pas voir l’image.",
  recording: "Pour les personnes qui ne peuvent pas voir ou entendre ce fichier.",
  left: (count) => many(count, "caractère restant", "caractères restants"),
  tooLong: (count) => many(count, "caractère de trop", "caractères de trop"),
  mark: "ALT",
  marked: "avec une description",
  saved: (name) => `La description de ${name} a été enregistrée.`,
  removed: (name) => `La description de ${name} a été supprimée.`,
  labelled: (label, said) => `${label}\u00a0: ${said}`,
};
