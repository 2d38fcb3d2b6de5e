import { describe, expect, it, vi } from "vitest";
import { goesOn, uploadFile } from "./files";

const parts = vi.hoisted(() => ({ begun: 0 }));
vi.mock("tus-js-client", () => ({
  DetailedError: Error,
  Upload: class {
    start = () => (parts.begun += 1);
    abort = () => Promise.resolve();
  },
}));

describe("a part that could not be sent", () => {
  it("is sent again after a broken line, a failing server, and what passes", () => {
    for (const status of [0, 409, 423, 429, 500, 503])
      expect(goesOn(status, true), String(status)).toBe(true);
  });

  it("is not sent again where it was refused, nor while there is no network", () => {
    for (const status of [400, 401, 403, 404, 413]) expect(goesOn(status, true), String(status)).toBe(false);
    expect(goesOn(0, false)).toBe(false);
  });
});

it("a large file that is given up before the first part goes does not set out", async () => {
  const controller = new AbortController();
  const file = new File([new Uint8Array(6 * 1024 * 1024)], "large.bin");
  const late = uploadFile(file, { signal: controller.signal, onProgress: () => undefined });
  controller.abort();
  await expect(late).rejects.toThrow(DOMException);
  expect(parts.begun).toBe(0);
});
