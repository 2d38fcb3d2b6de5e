import { defineConfig } from "@playwright/test";
import { chromium } from "../chromium";

export default defineConfig({
  testDir: ".",
  timeout: 60_000,
  workers: 1,
  outputDir: "../artifacts/fake",
  use: chromium,
});
