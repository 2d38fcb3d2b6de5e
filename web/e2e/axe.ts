import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

interface Axe {
  axe: { run: (where: object, options: object) => Promise<{ violations: Violation[] }> };
}

/** What axe-core finds in a page but for these elements, once nothing fades in any more: till then it can't be read. */
export async function violations(page: Page, exclude: string, options: object = {}): Promise<Violation[]> {
  await page.evaluate(source);
  return page.evaluate(
    async ([exclude, options]) => {
      const ends = document
        .getAnimations()
        .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity);
      await Promise.allSettled(ends.map((each) => each.finished));
      const { axe } = window as unknown as Axe;
      const where = { include: [["html"]], exclude: [[exclude]] };
      return (await axe.run(where, { resultTypes: ["violations"], preload: false, ...options })).violations;
    },
    [exclude, options] as const,
  );
}
