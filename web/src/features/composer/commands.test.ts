import { describe, expect, it } from "vitest";
import { plainText } from "../../ui/markdown/parse";
import { parseCommand } from "./commands";
import { triggerAt } from "./completion";

const parse = (text: string) => parseCommand(text, "here.test");

describe("slash commands", () => {
  it("leaves text alone", () => {
    for (const text of ["hello", "a /join b", "/etc/hosts", "/ x", "/", "/12"])
      expect(parse(text)).toBeNull();
  });

  it("completes names with this server", () => {
    expect(parse("/join #General")).toEqual({ kind: "join", alias: "#general:here.test" });
    expect(parse("/join general:there.test")).toEqual({ kind: "join", alias: "#general:there.test" });
    expect(parse("/invite @bo, chi:there.test")).toEqual({
      kind: "invite",
      users: ["@bo:here.test", "@chi:there.test"],
    });
    expect(parse("/DM bo")).toEqual({ kind: "dm", users: ["@bo:here.test"] });
  });

  it("says", () => {
    expect(parse("/me waves")).toEqual({ kind: "say", text: "_waves_" });
    expect(parse("//join is a command")).toEqual({ kind: "say", text: "/join is a command" });
    const shrug = parse("/shrug who knows");
    expect(shrug?.kind === "say" && plainText(shrug.text)).toBe("who knows ¯\\_(ツ)_/¯");
  });

  it("takes what it needs, and nothing else", () => {
    expect(parse("/topic  A new topic ")).toEqual({ kind: "topic", topic: "A new topic" });
    expect(parse("/topic")).toEqual({ kind: "topic", topic: "" });
    expect(parse("/leave")).toEqual({ kind: "leave" });
    expect(parse("/help")).toEqual({ kind: "help" });
    for (const text of ["/me", "/join", "/join a b", "/join #", "/invite", "/dm", "/dm !!", "/leave now"]) {
      expect(parse(text)?.kind, text).toBe("usage");
    }
  });

  it("refuses what it does not know", () => {
    expect(parse("/frobnicate now")).toEqual({ kind: "unknown", name: "frobnicate" });
  });
});

describe("completion of commands", () => {
  it("at the beginning only", () => {
    expect(triggerAt("/jo", 3)).toEqual({ kind: "command", query: "jo", from: 0 });
    expect(triggerAt("/", 1)).toEqual({ kind: "command", query: "", from: 0 });
    expect(triggerAt("a /jo", 5)).toBeNull();
    expect(triggerAt("/join #ge", 9)).toEqual({ kind: "channel", query: "ge", from: 6 });
    expect(triggerAt("/invite @b", 10)).toEqual({ kind: "person", query: "b", from: 8 });
  });
});
