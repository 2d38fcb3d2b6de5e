import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { curlLine } from "./curl";

const URL = "https://chat.example.org/api/v1/webhooks/5vZk-Tq_V0";

describe("the line to try a webhook with", () => {
  it("posts JSON to the address", () => {
    expect(curlLine(URL, "Hello!")).toBe(
      `curl -H 'Content-Type: application/json' -d '{"text":"Hello!"}' '${URL}'`,
    );
  });

  it("means the same to a shell, whatever is in it", () => {
    const text = 'it\'s $HOME, `id` and "more" \\ &';
    const line = curlLine(URL, text).replace(/^curl/, String.raw`printf '%s\n'`);
    const words = execFileSync("sh", ["-c", line], { encoding: "utf8" }).trimEnd().split("\n");
    expect(words).toEqual(["-H", "Content-Type: application/json", "-d", JSON.stringify({ text }), URL]);
  });
});
