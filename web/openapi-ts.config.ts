import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../openapi/client.json",
  output: { path: "src/api/generated", clean: true },
  plugins: [
    "@hey-api/typescript",
    { name: "@hey-api/client-fetch", baseUrl: "/api/v1", throwOnError: true },
    { name: "@hey-api/sdk", operations: { strategy: "flat" }, responseStyle: "data" },
  ],
});
