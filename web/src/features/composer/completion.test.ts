import { describe, expect, it } from "vitest";
import { triggerAt } from "./completion";

const at = (text: string) => triggerAt(text, text.length);

describe("triggerAt", () => {
  it("finds what is being named", () => {
    expect(at("hi @an")).toEqual({ kind: "person", query: "an", from: 3 });
    expect(at("see #gen")).toEqual({ kind: "channel", query: "gen", from: 4 });
    expect(at(":smi")).toEqual({ kind: "emoji", query: "smi", from: 0 });
    expect(at(":+1")).toEqual({ kind: "emoji", query: "+1", from: 0 });
    expect(at("/to")).toEqual({ kind: "command", query: "to", from: 0 });
  });

  it("leaves alone what is no name of an emoji, but a face of its own", () => {
    for (const text of [":-D", "so :-P", ":._", ":-)", ":D", ":"]) expect(at(text), text).toBeNull();
  });
});
