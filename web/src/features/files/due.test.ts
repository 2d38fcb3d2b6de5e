import { expect, it } from "vitest";
import { ApiError } from "../../api/http";
import { type Chip, outcome } from "./uploads";

const file = new File(["x"], "x.txt");
const coming: Chip = { key: "a", file, progress: 0.5 };
const there: Chip = { key: "b", file, progress: 1, uploaded: { hash: "x", name: "x.txt" } };
const failed: Chip = { key: "c", file, progress: 0, error: new ApiError({ status: 0, code: "unknown" }) };

it("goes when all files are there that it was to go with", () => {
  expect(outcome([there, coming], 2)).toBe("waits");
  expect(outcome([there, there], 2)).toBe("goes");
  expect(outcome([there, failed], 2)).toBe("failed");
  expect(outcome([there], 2)).toBe("stopped");
  expect(outcome([there, there, coming], 2)).toBe("stopped");
});
