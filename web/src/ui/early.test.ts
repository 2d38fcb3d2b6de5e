import { expect, it } from "vitest";
import { typedBy } from "./early";

const plain = { ctrlKey: false, metaKey: false, altKey: false };

it("what one writes with is kept, what one commands with is not", () => {
  expect(typedBy("pizz", { ...plain, key: "a" })).toBe("pizza");
  expect(typedBy("pizza", { ...plain, key: " " })).toBe("pizza ");
  expect(typedBy("a🍕", { ...plain, key: "Backspace" })).toBe("a");
  expect(typedBy("a", { ...plain, key: "Enter" })).toBe("a");
  expect(typedBy("a", { key: "@", ctrlKey: true, altKey: true, metaKey: false })).toBe("a@");
  for (const key of ["Escape", "Tab", "ArrowDown", "Shift", "Dead", "F6"]) {
    expect(typedBy("a", { ...plain, key })).toBeNull();
  }
  expect(typedBy("a", { ...plain, key: "k", ctrlKey: true })).toBeNull();
  expect(typedBy("a", { ...plain, key: "v", metaKey: true })).toBeNull();
});
