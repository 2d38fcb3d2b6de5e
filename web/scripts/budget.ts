// What a person waits for at the first visit must stay small: the build fails when it grows over the budget.

import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const INITIAL_BYTES_MAX = 200 * 1024;
/** The signed-in frame is a chunk of its own for the sign-in page's sake; it counts as initial all the same. */
const INITIAL_CHUNKS = new Set(["index", "Shell"]);

export function budget(): Plugin {
  return {
    name: "loggia-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const initial = new Set<string>();
      const visit = (file: string) => {
        const part = bundle[file];
        if (part?.type !== "chunk" || initial.has(file)) return;
        initial.add(file);
        part.imports.forEach(visit);
      };
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk" && INITIAL_CHUNKS.has(part.name)) visit(part.fileName);
      }
      let bytes = 0;
      for (const file of initial) {
        const part = bundle[file];
        if (part?.type === "chunk") bytes += gzipSync(part.code).length;
      }
      const words = `initial JS: ${(bytes / 1024).toFixed(1)} KiB gzip of ${String(INITIAL_BYTES_MAX / 1024)}`;
      if (bytes > INITIAL_BYTES_MAX) this.error(words);
      this.info(words);
    },
  };
}
