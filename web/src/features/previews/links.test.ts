import { describe, expect, it } from "vitest";
import type { Preview } from "../../api/previews";
import { hostOf, linksIn, PREVIEWS_MAX, shownOf } from "./links";

const HERE = "https://chat.example";
const links = (text: string) => linksIn(text, HERE);

const preview = (url: string): Preview => ({ url, title: "A page" });

describe("the addresses of a text", () => {
  it("are found however they are written, in order, each once", () => {
    expect(
      links("See https://a.example/x, then [this](https://b.example/y). Again https://a.example/x"),
    ).toEqual(["https://a.example/x", "https://b.example/y"]);
    expect(links("<https://a.example/z>")).toEqual(["https://a.example/z"]);
    expect(links("- one\n- https://a.example/list")).toEqual(["https://a.example/list"]);
  });

  it("are none where nothing of the web is meant", () => {
    for (const text of [
      "nothing",
      "`https://a.example`",
      "```\nhttps://a.example\n```",
      "    https://a.example",
      "||https://a.example||",
      "[x](javascript:alert(1)) and https:",
      "[post](mailto:a@b.example) http://",
      "http://localhost:8080/x http://[::1]/ https://intranet",
    ])
      expect(links(text), text).toEqual([]);
  });

  it("do not lead back here", () => {
    expect(links("https://chat.example/#/c/1 https://chat.example.evil.example/")).toEqual([
      "https://chat.example.evil.example/",
    ]);
  });

  it("stand in the text as they are asked for", () => {
    // Completed by the reader of the marks: the text has no `http://` before it, or other signs.
    expect(links("www.a.example is not https://b.example")).toEqual(["https://b.example"]);
    expect(links("[x](https://a.example/?a=1&amp;b=2)")).toEqual([]);
  });

  it("are few, and none is endless", () => {
    const many = Array.from({ length: 50 }, (_, at) => `https://a.example/${String(at)}`);
    expect(links(many.join(" "))).toEqual(many.slice(0, PREVIEWS_MAX));
    const long = (length: number) => `https://a.example/${"x".repeat(length - 18)}`;
    expect(links(long(2_048))).toHaveLength(1);
    expect(links(long(2_049))).toEqual([]);
  });
});

it("says where an address really leads", () => {
  expect(hostOf("https://bank.example@evil.example/bank.example")).toBe("evil.example");
  expect(hostOf("https://bаnk.example/")).toBe("xn--bnk-6cd.example");
  expect(hostOf("https://a.example:8443")).toBe("a.example:8443");
  for (const url of ["javascript:alert(1)", "data:text/html,x", "ftp://a.example", "no", ""])
    expect(hostOf(url), url).toBeNull();
});

describe("the previews of a message", () => {
  it("are those whose address stands in the text, and is one of the web", () => {
    const text = "https://a.example javascript:alert(1) data:text/html,x";
    const all = ["https://a.example", "https://b.example", "javascript:alert(1)", "data:text/html,x", ""];
    expect(shownOf(text, all.map(preview)).map(({ url }) => url)).toEqual(["https://a.example"]);
  });

  it("are few, each once, and may be missing", () => {
    const urls = ["https://a.example/1", "https://a.example/2", "https://a.example/3", "https://a.example/4"];
    const twice = [...urls, ...urls].sort().map(preview);
    expect(shownOf(urls.join(" "), twice).map(({ url }) => url)).toEqual(urls.slice(0, 3));
    expect(shownOf("https://a.example")).toEqual([]);
  });
});
