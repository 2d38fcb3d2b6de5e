// What is said of files for who can't see or hear them.

import { countingIn } from "./numbers";

const { many } = countingIn("en");
const characters = (count: number) => many(count, "character", "characters");

export const descriptions = {
  describe: "Describe",
  describeFile: (name: string) => `Describe ${name}`,
  label: "Description",
  picture: "Read aloud to people who can’t see the picture.",
  recording: "For people who can’t see or hear it.",
  left: (count: number) => `${characters(count)} left`,
  tooLong: (count: number) => `${characters(count)} too long`,
  mark: "ALT",
  marked: "has a description",
  saved: (name: string) => `The description of ${name} was saved.`,
  removed: (name: string) => `The description of ${name} was removed.`,
  labelled: (label: string, said: string) => `${label}: ${said}`,
};
