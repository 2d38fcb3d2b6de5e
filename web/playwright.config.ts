import { defineConfig } from "@playwright/test";
import { chromium } from "./e2e/chromium";

export default defineConfig({
  testDir: "e2e",
  testIgnore: ["fake/**", "perf/**"],
  outputDir: "e2e/artifacts/failures",
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // Each file has its own server. One browser leaves half of two cores idle, and waits for what it waits for.
  workers: 2,
  // A browser on a busy machine may lose a race that no person would see; the summary says what needed this.
  retries: 1,
  reporter: [["list"]],
  // A trace takes pictures all the time, which costs a third of the run: only the second attempt has one.
  use: { ...chromium, actionTimeout: 15_000, trace: "on-first-retry", locale: "en-GB" },
});
