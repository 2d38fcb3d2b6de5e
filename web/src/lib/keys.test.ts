import { afterEach, describe, expect, it, vi } from "vitest";
import { commanded, composing, isMac, sends, signOf } from "./keys";

afterEach(() => vi.unstubAllGlobals());

describe("keys", () => {
  it("knows a key of a word that is put together, also where only its code says so", () => {
    expect(composing({ isComposing: true, keyCode: 13 })).toBe(true);
    expect(composing({ isComposing: false, keyCode: 229 })).toBe(true);
    expect(composing({ isComposing: false, keyCode: 13 })).toBe(false);
  });

  it("takes Cmd on a Mac and Ctrl elsewhere for a command", () => {
    expect(isMac("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)")).toBe(true);
    expect(isMac("Mozilla/5.0 (X11; Linux x86_64)")).toBe(false);
    const control = { ctrlKey: true, metaKey: false };
    const meta = { ctrlKey: false, metaKey: true };
    expect([commanded(control, true), commanded(meta, true)]).toEqual([false, true]);
    expect([commanded(control, false), commanded(meta, false)]).toEqual([true, false]);
  });

  it("finds the sign of a command on another alphabet's keyboard", () => {
    expect(signOf({ key: "K", code: "KeyK" })).toBe("k");
    // Dvorak: what is written on the key counts, not where it is.
    expect(signOf({ key: "k", code: "KeyV" })).toBe("k");
    expect(signOf({ key: "л", code: "KeyK" })).toBe("k");
    expect(signOf({ key: "и", code: "KeyB" })).toBe("b");
    expect(signOf({ key: "ö", code: "Semicolon" })).toBe("ö");
    expect(signOf({ key: "Enter", code: "Enter" })).toBe("enter");
  });

  const enter = { key: "Enter", shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };

  it("sends on Enter, but not where one writes with a finger", () => {
    expect(sends(enter)).toBe(true);
    expect(sends({ ...enter, shiftKey: true })).toBe(false);
    expect(sends({ ...enter, key: "a" })).toBe(false);
    vi.stubGlobal("matchMedia", (query: string) => ({ matches: query === "(pointer: coarse)" }));
    expect(sends(enter)).toBe(false);
    expect(sends({ ...enter, ctrlKey: true })).toBe(true);
    vi.stubGlobal("matchMedia", () => ({ matches: false }));
    expect(sends(enter)).toBe(true);
  });
});
