import { describe, expect, it } from "vitest";
import type { User } from "../../api/types";
import { user } from "../../store/testing";
import { ranked, triggerAt } from "./completion";

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

describe("ranked", () => {
  const called = (username: string, display_name = username) => ({
    ...user(`@${username}:test`),
    username,
    display_name,
  });
  const names = (groups: User[][], query: string) =>
    ranked(groups, query, "test").map(({ username }) => username);

  it("names first whoever is called just so, also of those who are not here", () => {
    const here = [called("annabel", "Ann"), called("ann-marie", "Aaron"), called("joanna")];
    expect(names([here, []], "ann")).toEqual(["ann-marie", "annabel", "joanna"]);
    expect(names([[...here, called("ann", "Zoe")], []], "ann")[0]).toBe("ann");
    expect(names([here, [called("ann", "Zoe")]], "ann")).toEqual(["ann", "ann-marie", "annabel", "joanna"]);
  });
});
