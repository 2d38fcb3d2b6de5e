import { describe, expect, it } from "vitest";
import { outdated, routeOf } from "./routes";

const ORIGIN = "https://chat.example";
const route = (path: string, mode = "cors", method = "GET") =>
  routeOf({ url: new URL(path, ORIGIN).href, mode, method }, ORIGIN);

describe("routeOf", () => {
  it("pages are the shell, whatever their path", () => {
    expect(route("/", "navigate")).toBe("shell");
    expect(route("/somewhere", "navigate")).toBe("shell");
  });
  it("hashed assets, icons, and nothing else", () => {
    expect(route("/assets/index-abc.js")).toBe("asset");
    expect(route("/icons/icon-192.png")).toBe("file");
    expect(route("/manifest.webmanifest")).toBe("file");
    expect(route("/other")).toBe("none");
  });
  it("never the API, its documentation, other servers, or writes", () => {
    for (const path of ["/api/v1/me", "/api/docs", "/federation/v1/x", "/.well-known/loggia", "/ready"]) {
      expect(route(path)).toBe("none");
      expect(route(path, "navigate")).toBe("none");
    }
    expect(route("https://elsewhere.example/assets/x.js")).toBe("none");
    expect(route("/assets/x.js", "cors", "POST")).toBe("none");
  });
});

describe("outdated", () => {
  it("keeps this version and the one before it", () => {
    expect(outdated(["loggia-1", "loggia-2", "other", "loggia-3"], "loggia-3", "loggia-")).toEqual([
      "loggia-1",
    ]);
    expect(outdated(["loggia-2", "loggia-3"], "loggia-3", "loggia-")).toEqual([]);
    expect(outdated(["loggia-3"], "loggia-3", "loggia-")).toEqual([]);
  });
});
