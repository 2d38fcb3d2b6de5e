// What is said of the files of a message, as they set out, arrive and are described. What fails says so itself.

import { descriptionTexts } from "../../i18n/descriptions";
import { spokenTexts } from "../../i18n/spoken";
import { type Chip, isRunning } from "./uploads";

export function newsOf(before: readonly Chip[], now: readonly Chip[]): string {
  const { uploading, uploaded } = spokenTexts();
  const { saved, removed } = descriptionTexts();
  const known = new Map(before.map((chip) => [chip.key, chip]));
  const news = now.flatMap((chip) => {
    const was = known.get(chip.key);
    if (isRunning(chip) && (!was || was.error)) return uploading(chip.file.name);
    if (was && chip.uploaded && !was.uploaded) return uploaded(chip.file.name);
    const said = chip.description ?? "";
    if (!was || said === (was.description ?? "")) return [];
    return said === "" ? removed(chip.file.name) : saved(chip.file.name);
  });
  return news.join(" ");
}
