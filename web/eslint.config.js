import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Imports that a layer must not make; the dependency direction of the client is api, store, ui <- features <- main. */
const forbid = (files, patterns) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns }] },
});
const layer = (name, why) => ({ group: [`**/${name}/**`, `**/${name}`], message: why });

export default tseslint.config(
  { ignores: ["dist", "node_modules", "e2e/artifacts", "src/api/generated"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  forbid(
    ["src/store/**"],
    [
      layer("ui", "store/ and ui/ never import each other: join them in features/"),
      layer("features", "the store does not know who uses it"),
      { group: ["react", "react-*", "react/*"], message: "the store is pure: no React" },
      {
        group: ["**/api/*", "!**/api/types", "!**/api/frames"],
        message: "the store is pure: types only, no I/O",
      },
    ],
  ),
  forbid(
    ["src/ui/**"],
    [
      layer("store", "store/ and ui/ never import each other: join them in features/"),
      layer("features", "ui/ is dumb: it gets everything by props"),
      layer("api", "ui/ is dumb: it gets everything by props"),
    ],
  ),
  forbid(
    ["src/api/**"],
    ["store", "ui", "features"].map((name) => layer(name, "api/ only speaks to the server")),
  ),
  forbid(
    ["src/lib/**", "src/i18n/**"],
    ["store", "ui", "features", "api"].map((name) => layer(name, "a leaf")),
  ),
  {
    files: ["scripts/**"],
    languageOptions: { globals: { console: "readonly", process: "readonly" } },
    rules: { "no-console": "off" },
  },
  { files: ["src/i18n/**"], rules: { "max-lines": "off" } },
  {
    files: ["**/*.test.ts", "**/*.test.tsx", "e2e/**"],
    rules: { "max-lines": "off", "@typescript-eslint/no-non-null-assertion": "off", "no-console": "off" },
  },
);
