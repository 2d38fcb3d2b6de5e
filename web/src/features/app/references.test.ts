import { describe, expect, it } from "vitest";
import { channel, Log, started } from "../../store/testing";
import { reduce } from "../../store/reducer";
import { channelNamed } from "./references";

const known = (over: Parameters<typeof channel>[0]) => channel({ head: 1, ...over });

describe("a channel that a text names", () => {
  let state = started(new Log());
  for (const each of [
    known({ id: "!a", name: "Garden", alias: "#garden-club:test" }),
    known({ id: "!b", name: "garden-club", alias: null }),
    known({ id: "!c", name: "far", alias: "#garden:b.example", host: "b.example" }),
    known({ id: "!d", name: "", kind: "dm" }),
  ])
    state = reduce(state, { type: "channel_loaded", channel: each });

  it("is found by address before name, in any case", () => {
    expect(channelNamed(state, "Garden-Club")).toBe("!a");
    expect(channelNamed(state, "garden")).toBe("!a");
    expect(channelNamed(state, "garden:b.example")).toBe("!c");
  });
  it("is none when there is none", () => {
    expect(channelNamed(state, "elsewhere")).toBeNull();
    expect(channelNamed(state, "")).toBeNull();
  });
});
