import { defineConfig } from "@playwright/test";
import { chromium } from "../chromium";

/** `npm run perf`: one browser, nothing else at the same time. */
export default defineConfig({
  testDir: ".",
  testMatch: "*.perf.ts",
  outputDir: "../artifacts/perf",
  timeout: 3_600_000,
  workers: 1,
  reporter: [["list"]],
  use: {
    ...chromium,
    launchOptions: {
      ...chromium.launchOptions,
      args: [...chromium.launchOptions.args, "--enable-precise-memory-info", "--js-flags=--expose-gc"],
    },
    locale: "en-GB",
  },
});
