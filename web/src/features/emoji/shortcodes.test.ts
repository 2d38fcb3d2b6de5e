import { expect, it } from "vitest";
import { charOf } from "./emoji";
import { signOf } from "./shortcodes";

it("a known name is its emoji, all else stays", () => {
  expect(signOf(":tada:", charOf)).toBe("🎉");
  expect(signOf(":+1:", charOf)).toBe("👍\uFE0F");
  expect(signOf(":tada:", null)).toBe(":tada:");
  expect(signOf(":nothing_such:", charOf)).toBe(":nothing_such:");
  expect(signOf("tada", charOf)).toBe("tada");
  expect(signOf("🎉", charOf)).toBe("🎉");
});
