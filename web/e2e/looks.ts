import type { Page } from "@playwright/test";

interface Looks {
  widths: readonly number[];
  height: number;
}

/** Looks at a page at each of these widths, light and dark, and leaves it as it was. */
export async function looksAt(
  page: Page,
  { widths, height }: Looks,
  look: (width: number, colorScheme: "light" | "dark") => Promise<void>,
): Promise<void> {
  const before = page.viewportSize()!;
  for (const width of widths) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await look(width, colorScheme);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}
