import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { LinkedText, Markdown } from "./Markdown";
import { isBigEmoji, parseMarkdown, plainText, safeUrl, splitLinks } from "./parse";

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} />);

describe("markdown", () => {
  it("renders CommonMark, tables and strikethrough", () => {
    expect(html("**a** *b* `c` ~~d~~")).toContain(
      "<p><strong>a</strong> <em>b</em> <code>c</code> <del>d</del></p>",
    );
    expect(html("| a | b |\n|---|--:|\n| 1 | 2 |")).toContain('<td style="text-align:right">2</td>');
    expect(html("- one\n- two")).toContain("<li><p>one</p></li>");
    expect(html("line\nbreak")).toContain("line<br/>break");
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "hi <b onclick='x()'>there</b>",
    "<!-- comment --> <iframe src=//evil>",
    "[x](javascript:alert(1))",
    "[x](<data:text/html,<script>1</script>>)",
    "![x](https://evil.example/track.png)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
  ])("makes no markup of its own from %s", (text) => {
    const out = html(text);
    expect(out).not.toMatch(/<(script|img|b|iframe|svg|style)\b/i);
    expect(out).not.toMatch(/href="(?!https?:|mailto:)/i);
  });

  it("opens links elsewhere and safely, only for known schemes", () => {
    expect(html("https://a.example/x")).toContain('rel="noopener noreferrer nofollow"');
    expect(safeUrl("javascript:alert(1)")).toBeNull();
    expect(safeUrl("JaVaScRiPt:alert(1)")).toBeNull();
    expect(safeUrl("/relative")).toBeNull();
    expect(safeUrl("mailto:a@b.example")).toBe("mailto:a@b.example");
  });

  it("says where a link leads whose words are another address", () => {
    for (const [text, host] of [
      ["[https://bank.example/login](https://evil.example/x)", "evil.example"],
      ["[www.bank.example](http://evil.example:8080)", "evil.example:8080"],
      ["[https://bank.example@evil.example][1]\n\n[1]: https://other.example", "other.example"],
    ] as const)
      expect(html(text)).toContain(`<span class="muted"> (${host})</span>`);
    for (const text of [
      "[https://a.example/x](https://www.a.example/y)",
      "https://a.example/x",
      "www.a.example",
      "[the page](https://a.example)",
      "[README.md](https://a.example)",
      "[https://a.example](mailto:b@c.example)",
    ])
      expect(html(text)).not.toContain("muted");
  });

  it("shows a mention only when somebody is meant", () => {
    const mention = (name: string) => (name === "ada" ? { label: "@Ada", me: true } : null);
    const out = renderToStaticMarkup(<Markdown text="hi @ada and @nobody." mention={mention} />);
    expect(out).toContain('<span class="mention" data-me="true">@Ada</span>');
    expect(out).toContain("@nobody.");
  });

  it("hides spoilers and leaves single bars alone", () => {
    const hidden = (text: string) =>
      [...html(text).matchAll(/<span aria-hidden="true">(.*?)<\/span>/g)].map(([, inner]) => inner);
    expect(hidden("a ||b|| c ||d||")).toEqual(["b", "d"]);
    expect(hidden("a || b")).toEqual([]);
    expect(html("a || b")).toBe('<div class="markdown" dir="auto"><p>a || b</p></div>');
    expect(html("||a|| b || c")).toContain("b || c");
    expect(hidden("||a|| b || c")).toEqual(["a"]);
    expect(hidden("nothing |||| here")).toEqual([]);
    // Also what has marks of its own, and what is in something that has.
    expect(hidden("||the killer is **Bob**||, no?")).toEqual(["the killer is <strong>Bob</strong>"]);
    expect(hidden("- **it was ||Bob||**")).toEqual(["Bob"]);
    expect(hidden("||`code` and\nmore|| and ||*x*||")).toEqual([
      "<code>code</code> and<br/>more",
      "<em>x</em>",
    ]);
    expect(html("see ||https://a.example/x||")).toMatch(
      /aria-hidden="true"><a href="https:\/\/a.example\/x"/,
    );
  });

  it("gives the words without the marks", () => {
    expect(plainText("1. Numbers\n2. Launch\n   - marketing\n   - rollout\n\n     in May\n3. AMA")).toBe(
      "Numbers Launch marketing rollout in May AMA",
    );
    expect(plainText("# Title\n\n**bold** [link](https://a.example)\n\n> quote")).toBe(
      "Title bold link quote",
    );
  });

  it.each([
    ">".repeat(30_000),
    "> ".repeat(15_000),
    `${"**a _b ".repeat(3_000)}${"_ **".repeat(3_000)}`,
    "- ".repeat(5_000),
    "1. ".repeat(5_000),
    "- > ".repeat(4_000),
  ])("survives what is nested without end (%#)", (text) => {
    const start = performance.now();
    expect(html(text).length).toBeGreaterThan(10);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  const filled = (unit: string, before = "", after = "") =>
    before + unit.repeat(16_000 / unit.length) + after;

  it.each([
    filled("a\n=\n"),
    filled("a\n", "> > > "),
    filled("a\n", "- "),
    filled("\\```-"),
    filled("[a]"),
    filled("!", "http://a.example/", "a"),
    filled(")", "see www.a.example/", "a"),
    "word ".repeat(4_001),
    // What the parser does not take for a block of code, or not for all of it.
    "``` `\n" + filled("a\n=\n"),
    "- a\n\n  ```\n" + filled("a\n=\n"),
    " ```\n```\n" + filled("a\n=\n"),
    "> ```\n" + filled("a\n=\n"),
    "```\n~~~\n```\n" + filled("a\n=\n"),
    filled("a\r=\r"),
    filled("a\r", "> > > "),
    filled("a\r", "- "),
  ])("takes what would keep the parser busy for seconds for a text (%#)", (text) => {
    const [only, ...others] = parseMarkdown(text).children;
    expect(others).toEqual([]);
    expect(only).toMatchObject({ type: "paragraph", children: [{ type: "text", value: text }] });
  });

  it("parses what people write, however long", () => {
    const code = `\`\`\`\n${"x = 1\n".repeat(2_000)}\`\`\`\n**end**`;
    expect(parseMarkdown(code).children.map(({ type }) => type)).toEqual(["code", "paragraph"]);
    for (const line of ["[2026-11-30] [INFO] [main] *x* `y`", "[[0,0],[1,1],[2,2]],", "`a` ".repeat(8)]) {
      const log = `\`\`\`log\n${`${line}\n`.repeat(440)}\`\`\`\nend`;
      expect(parseMarkdown(log).children.map(({ type }) => type)).toEqual(["code", "paragraph"]);
    }
    const contents = parseMarkdown(`**Contents**\n\nhttps://a.example/chapter${".".repeat(80)}5`).children;
    expect(contents[0]).toMatchObject({ children: [{ type: "strong" }] });
    const list = parseMarkdown("- [a](https://a.example) `x` *y*\n".repeat(450)).children;
    expect(list[0]).toMatchObject({ type: "list" });
    expect(parseMarkdown(`${"What?! ".repeat(300)}${".".repeat(100)} **b**`).children[0]).toMatchObject({
      children: [{ type: "text" }, { type: "strong" }],
    });
  });

  it("does not tell what is hidden, however long it is", () => {
    expect(plainText(`Ending: ||the killer is Bob. ${"He did it because. ".repeat(110)}||`)).toBe(
      "Ending: […]",
    );
  });

  it("knows messages of a few emoji", () => {
    expect(isBigEmoji("🎉 👍🏽")).toBe(true);
    expect(isBigEmoji("👩‍👩‍👧")).toBe(true);
    expect(isBigEmoji("1")).toBe(false);
    expect(isBigEmoji("🎉 ok")).toBe(false);
  });

  it("makes room for high numbers of a list", () => {
    expect(html("37. x")).toContain('<ol start="37" style="--digits:2">');
    expect(html("998. x\n999. y\n1000. z")).toContain('<ol start="998" style="--digits:4">');
  });

  it("shows tasks as boxes that are not to be ticked", () => {
    const out = html("- [ ] buy *milk*\n- [x] bread\n- [y] no task\n- [ ]");
    expect(out).toContain(
      '<li class="md-task"><input type="checkbox" disabled="" aria-label="To do"/><p>buy <em>milk</em></p></li>',
    );
    expect(out).toContain('aria-label="Done" checked=""/><p>bread</p>');
    expect(out).toContain("<li><p>[y] no task</p></li>");
    expect(out.match(/checkbox/g)).toHaveLength(2);
    expect(html("[ ] a paragraph")).not.toContain("checkbox");
  });

  it("counts a keycap as an emoji, a digit not", () => {
    for (const text of ["1\uFE0F\u20E3", "#\u20E3 👍", "1\uFE0F\u20E3 2\uFE0F\u20E3"])
      expect(isBigEmoji(text), text).toBe(true);
    for (const text of ["1", "12", "# 👍", "\u20E3"]) expect(isBigEmoji(text), text).toBe(false);
  });

  it("does not tell what is hidden", () => {
    expect(plainText("the butler ||did it|| and ||left||")).toBe("the butler […] and […]");
    expect(plainText("||the killer is **Bob**||!")).toBe("[…]!");
    expect(plainText("a || b")).toBe("a || b");
  });

  it("links addresses in a text without marks, and nothing else", () => {
    expect(splitLinks("see https://a.example/x_(y), or (http://b.example).")).toEqual([
      "see ",
      "https://a.example/x_(y",
      "), or (",
      "http://b.example",
      ").",
    ]);
    const out = renderToStaticMarkup(<LinkedText text="*a* https://a.example <b> javascript:alert(1)" />);
    expect(out).toContain(
      '*a* <a href="https://a.example/" target="_blank" rel="noopener noreferrer nofollow">',
    );
    expect(out.match(/<a /g)).toHaveLength(1);
    expect(out).toContain("&lt;b&gt; javascript:alert(1)");
  });
});
