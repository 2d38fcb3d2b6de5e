// What is said of the files of a message, as they set out and arrive. What fails says so itself.

import { spokenTexts } from "../../i18n/spoken";
import { type Chip, isRunning } from "./uploads";

export function newsOf(before: readonly Chip[], now: readonly Chip[]): string {
  const { uploading, uploaded } = spokenTexts();
  const known = new Map(before.map((chip) => [chip.key, chip]));
  const news = now.flatMap((chip) => {
    const was = known.get(chip.key);
    if (isRunning(chip) && (!was || was.error)) return uploading(chip.file.name);
    return was && chip.uploaded && !was.uploaded ? uploaded(chip.file.name) : [];
  });
  return news.join(" ");
}
