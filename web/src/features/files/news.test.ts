import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/http";
import { newsOf } from "./news";
import type { Chip } from "./uploads";

const chip = (over: Partial<Chip> = {}): Chip => ({
  key: "1",
  file: { name: "map.png", size: 3, type: "image/png" },
  progress: 0,
  ...over,
});
const there = { uploaded: { hash: "h", name: "map.png" }, progress: 1 };

describe("news of files", () => {
  it("that one sets out and is there, each once", () => {
    expect(newsOf([], [chip()])).toBe("Uploading map.png.");
    expect(newsOf([chip()], [chip({ progress: 0.5 })])).toBe("");
    expect(newsOf([chip({ progress: 0.5 })], [chip(there)])).toBe("map.png was uploaded.");
    expect(newsOf([chip(there)], [chip(there)])).toBe("");
  });

  it("one that failed says so itself, and sets out again", () => {
    const failed = chip({ error: new ApiError({ status: 0, code: "unknown" }) });
    expect(newsOf([chip()], [failed])).toBe("");
    expect(newsOf([failed], [chip()])).toBe("Uploading map.png.");
  });

  it("that one was described, and is no longer", () => {
    const described = chip({ ...there, description: "A map" });
    expect(newsOf([chip(there)], [described])).toBe("The description of map.png was saved.");
    expect(newsOf([described], [described])).toBe("");
    expect(newsOf([described], [chip({ ...there, description: "" })])).toBe(
      "The description of map.png was removed.",
    );
    expect(newsOf([chip()], [chip({ description: "" })])).toBe("");
  });

  it("nothing when they are sent", () => expect(newsOf([chip(there)], [])).toBe(""));
});
