import decodeQR from "qr/decode.js";
import { expect, it } from "vitest";
import { drawn } from "./qr";

/** Pixels of a module. */
const SCALE = 4;

/** As a camera sees it. */
function seen(text: string): { text: string; black: (x: number, y: number) => boolean; size: number } {
  const { size, path } = drawn(text);
  const dark = new Set<string>();
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\1z/g))
    for (let at = 0; at < Number(width); at += 1) dark.add(`${String(Number(x) + at)} ${String(y)}`);
  const black = (x: number, y: number) => dark.has(`${String(x)} ${String(y)}`);
  const side = size * SCALE;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (let at = 0; at < side * side; at += 1)
    if (black(Math.floor((at % side) / SCALE), Math.floor(at / side / SCALE)))
      data.fill(0, at * 4, at * 4 + 3);
  return { text: decodeQR({ width: side, height: side, data }), black, size };
}

const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const uri = (account: string, server: string) =>
  `otpauth://totp/${server}:${account}?secret=${SECRET}&issuer=${server}`;

it("is read as what it was drawn from, whatever the names", () => {
  for (const text of [
    uri("ann", "chat.example.org"),
    uri("a", "127.0.0.1%3A8080"),
    uri("ann".repeat(10), `${"sub.".repeat(40)}example.org`),
  ])
    expect(seen(text).text).toBe(text);
});

it("has four white modules on each side", () => {
  const { black, size } = seen(uri("ann", "chat.example.org"));
  for (let at = 0; at < size; at += 1)
    for (const edge of [0, 3, size - 4, size - 1])
      expect([black(at, edge), black(edge, at)], `${String(at)} ${String(edge)}`).toEqual([false, false]);
  // The corners of what is within are black.
  expect([black(4, 4), black(size - 5, 4), black(4, size - 5)]).toEqual([true, true, true]);
});
