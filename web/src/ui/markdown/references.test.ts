import { describe, expect, it } from "vitest";
import { splitNames } from "./references";

const names = (text: string) => splitNames(text).filter((_, at) => at % 2 === 1);

describe("names in a text", () => {
  it("are of people and of channels, here and elsewhere", () => {
    expect(names("@ada, see #general and #b_2:b.example:8443.")).toEqual([
      "@ada",
      "#general",
      "#b_2:b.example:8443",
    ]);
    expect(names("(#garden) or @bo:b.example!")).toEqual(["#garden", "@bo:b.example"]);
  });
  it("do not end with what ends a sentence, and lose nothing of it", () => {
    expect(splitNames("in #general.")).toEqual(["in ", "#general", "."]);
    expect(splitNames("nothing")).toEqual(["nothing"]);
  });
  it("are not the middle of a word, an address or a number sign", () => {
    expect(names("C# and a#b, /x#y, ##z, &#39; 5 # 6")).toEqual([]);
  });
});
