import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { worker } from "./scripts/worker.ts";
import { budget } from "./scripts/budget.ts";

const server = process.env["LOGGIA_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), budget(), worker()],
  resolve: {
    alias: [{ find: /^\.\.\/core\/serverSentEvents\.gen$/, replacement: "/src/api/noEvents.ts" }],
  },
  build: {
    target: "es2022",
    // The binary embeds dist/: maps would only make it larger. Assets are never inlined, so that `img-src 'self'` is enough.
    sourcemap: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: "index.html", sw: "src/worker/sw.ts" },
      output: {
        // A service worker rules what is below its own path, and is found by its name.
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
    modulePreload: { polyfill: false },
  },
  server: {
    // `npm run dev` against a running server. The Origin is rewritten because cookie writes must come from the server's own.
    proxy: { "/api": { target: server, changeOrigin: true, ws: true, headers: { origin: server } } },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx", "spec/*.test.ts"], environment: "node" },
});
