import { describe, expect, it } from "vitest";
import {
  addSection,
  arrange,
  FAVOURITES,
  levelled,
  put,
  readArrangement,
  removeSection,
  renameSection,
  SECTIONS_MAX,
  toggleCollapsed,
  unmuted,
} from "./sections";

const none = readArrangement(undefined);
const shape = (known: typeof none, channels = ["a", "b", "c"], dms = ["x", "y"]) =>
  arrange(known, channels, dms, (each) => each).map(({ id, rows }) => [id, rows.join("")]);

describe("sections", () => {
  it("without any, channels and direct messages", () => {
    expect(shape(none)).toEqual([
      ["channels", "abc"],
      ["dms", "xy"],
    ]);
  });

  it("favourites first, then one's own, then the rest; everything once", () => {
    const known = put(
      put(addSection(none, { id: "s1", name: "Work" }, "b"), "y", FAVOURITES),
      "a",
      FAVOURITES,
    );
    expect(shape(known)).toEqual([
      ["favourites", "ay"],
      ["s1", "b"],
      ["channels", "c"],
      ["dms", "x"],
    ]);
    expect(shape(put(known, "b", null))).toContainEqual(["channels", "bc"]);
  });

  it("a section that is removed gives its conversations back", () => {
    const known = toggleCollapsed(addSection(none, { id: "s1", name: "Work" }, "b"), "s1");
    expect(removeSection(known, "s1")).toEqual(none);
    expect(shape(removeSection(known, "s1"))).toEqual(shape(none));
  });

  it("names are trimmed and bounded, sections too", () => {
    const named = renameSection(addSection(none, { id: "s", name: " A " }), "s", ` ${"x".repeat(99)}`);
    expect(named.sections[0]?.name).toBe("x".repeat(40));
    let many = none;
    for (let at = 0; at < SECTIONS_MAX + 5; at += 1)
      many = addSection(many, { id: `s${String(at)}`, name: "n" });
    expect(many.sections).toHaveLength(SECTIONS_MAX);
  });

  it("collapsing twice opens", () => {
    expect(toggleCollapsed(toggleCollapsed(none, "dms"), "dms")).toEqual(none);
  });

  it("what is stored may be anything", () => {
    for (const stored of [null, 3, [], { sections: "x" }, { sections: [{ id: 1 }] }, { places: { a: 3 } }]) {
      expect(readArrangement(stored)).toEqual(none);
    }
    // A place in a section that is gone is no place.
    expect(readArrangement({ places: { a: "gone", b: FAVOURITES } }).places).toEqual({ b: FAVOURITES });
  });

  it("a muted channel tells of what it told before", () => {
    const muted = levelled(levelled(none, "a", "mentions", "none"), "b", "all", "none");
    expect([unmuted(muted, "a"), unmuted(muted, "b")]).toEqual(["mentions", "all"]);
    expect(unmuted(readArrangement(JSON.parse(JSON.stringify(muted))), "a")).toBe("mentions");
    expect(unmuted(levelled(muted, "a", "none", "none"), "a")).toBe("mentions");
    expect(levelled(muted, "a", "none", "all").quieted).toEqual([]);
  });
});
