import { expect, it } from "vitest";
import { initials } from "./initials";

it("letters and digits alone", () => {
  expect(initials("Dave 🚀")).toBe("D");
  expect(initials("Maya Lindqvist")).toBe("ML");
  expect(initials("Ada Augusta (King) Lovelace")).toBe("AL");
  expect(initials("“Tom” O’Connell")).toBe("TO");
  expect(initials("雪 Yuki Tanaka")).toBe("雪T");
  expect(initials("build-7 2nd")).toBe("B2");
});

it("a name without any has its first sign", () => {
  expect(initials("🚀 🎉")).toBe("🚀");
  expect(initials("")).toBe("?");
});
