import { describe, expect, it } from "vitest";
import { keyName, MESSAGE_KEYS } from "./messageKeys";
import { keyOf } from "./useMessageKeys";

const KEY = {
  key: "e",
  code: "KeyE",
  keyCode: 69,
  isComposing: false,
  repeat: false,
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
};

describe("the keys of a message", () => {
  it("are pressed alone, and once", () => {
    expect(keyOf(KEY, false)).toBe("e");
    for (const held of ["shiftKey", "altKey", "ctrlKey", "metaKey", "repeat", "isComposing"] as const)
      expect(keyOf({ ...KEY, [held]: true }, false), held).toBeNull();
  });

  it("are where they are printed, with other letters too", () => {
    expect(keyOf({ ...KEY, key: "\u0443", code: "KeyE" }, false)).toBe("e");
  });

  it("are Backspace where there is no other key to delete", () => {
    const key = { ...KEY, key: "Backspace", code: "Backspace" };
    expect(keyOf(key, true)).toBe("Delete");
    expect(keyOf(key, false)).toBeNull();
    expect(keyOf({ ...KEY, key: "Delete", code: "Delete" }, false)).toBe("Delete");
  });

  it("leave the keys alone that scroll and lead on", () => {
    for (const key of [" ", "Tab", "ArrowUp", "Home", "F6", "Escape"])
      expect(keyOf({ ...KEY, key, code: key }, false), key).toBeNull();
  });

  it("are each for one thing, and named", () => {
    const keys = Object.values(MESSAGE_KEYS);
    expect(new Set(keys).size).toBe(keys.length);
    expect(["react", "reply", "nothing", "toString"].map(keyName)).toEqual([
      "R",
      "Enter",
      undefined,
      undefined,
    ]);
  });
});
