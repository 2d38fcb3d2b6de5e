import { defineConfig } from "@playwright/test";
import { chromium } from "./e2e/chromium";

export default defineConfig({
  testDir: "e2e",
  testIgnore: ["fake/**", "perf/**"],
  outputDir: "e2e/artifacts/failures",
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // Each file has its own server: files run side by side, tests of one file in order.
  workers: process.env["CI"] ? 1 : 2,
  reporter: [["list"]],
  use: { ...chromium, actionTimeout: 15_000, trace: "retain-on-failure", locale: "en-GB" },
});
