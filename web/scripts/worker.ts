// The service worker's list: which files make the shell, and a version that changes with any of them.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const WORKER = "sw.js";
/** Large, and only wanted now and then: kept when first used. */
const LATER = /^assets\/highlight-/;

export function worker(): Plugin {
  return {
    name: "loggia-worker",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const part = bundle[WORKER];
      if (part?.type !== "chunk") return this.error("there is no service worker");
      if (part.imports.length > 0) return this.error("the service worker must be one file");
      const names = Object.keys(bundle).filter((name) => name.startsWith("assets/") && !LATER.test(name));
      const files = [...names.map((name) => `/${name}`).sort(), "/favicon.svg", "/manifest.webmanifest"];
      const hash = createHash("sha256").update(files.join("\n")).update(part.code);
      // The page's own text is not in the bundle yet, but all that changes in it is the assets' names.
      hash.update(readFileSync("index.html"));
      part.code = part.code
        .replaceAll("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 12)))
        .replaceAll("__FILES__", JSON.stringify(files));
    },
  };
}
