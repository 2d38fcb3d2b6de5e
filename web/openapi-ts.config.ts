import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../openapi/client.json",
  output: { path: "src/api/generated", clean: true },
  plugins: [
    "@hey-api/typescript",
    { name: "@hey-api/client-fetch", baseUrl: "/api/v1", throwOnError: true },
    // The browser's cookie says who it is: nobody has to be told what each operation takes.
    { name: "@hey-api/sdk", auth: false, operations: { strategy: "flat" }, responseStyle: "data" },
  ],
});
