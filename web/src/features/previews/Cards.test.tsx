import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { Preview } from "../../api/previews";
import { Card } from "./Card";
import { Cards } from "./Cards";
import { Previews } from "./Previews";

const URL_ = "https://a.example/page";

const preview = (more: Partial<Preview> = {}): Preview => ({
  url: URL_,
  title: "A page",
  ...more,
});

const cards = (previews: Preview[], text = previews.map(({ url }) => url).join(" ")) =>
  renderToStaticMarkup(<Cards of={{ text, previews, channel: "!c" }} me={undefined} />);

describe("the cards of a message", () => {
  it("lead where they say", () => {
    const out = cards([preview({ site: "The Example", description: "What it is about." })]);
    expect(out).toContain('role="group" aria-label="Preview of a.example"');
    expect(out).toContain(
      '<a href="https://a.example/page" target="_blank" rel="noopener noreferrer nofollow">A page</a>',
    );
    expect(out).toContain('<bdi class="preview-site">The Example</bdi>');
    expect(out).toMatch(/<p [^>]*dir="auto">What it is about\.<\/p>/);
    expect(out.match(/dir="auto"/g)).toHaveLength(2);
  });

  it("name the host, whatever the page calls itself", () => {
    const lies = preview({
      url: "https://bank.example@evil.example/",
      site: "bank.example",
      title: "bank.example",
    });
    expect(cards([lies])).toContain('<bdi class="preview-host">evil.example</bdi>');
    // Once is enough.
    expect(cards([preview({ site: "WWW.a.example" })])).not.toContain("preview-site");
  });

  it("are none for what is no address of the web, or stands nowhere in the text", () => {
    for (const url of ["javascript:alert(1)", "data:text/html,<script>x</script>", "//a.example", "nonsense"])
      expect(cards([preview({ url })]), url).toBe("");
    expect(cards([preview()], "another text")).toBe("");
  });

  it("are text only", () => {
    const out = cards([preview({ title: "<img src=x onerror=alert(1)>", description: '"><script>' })]);
    expect(out).not.toMatch(/<img|<script/);
  });

  it("turn no text around them, and have a title to press", () => {
    const out = cards([preview({ title: "\u202emoc", site: "\u2067x", description: "\u202e" })]);
    expect(out).not.toMatch(/[\u202e\u2067]/);
    expect(out).not.toContain("preview-description");
    expect(cards([preview({ title: "\u200b " })])).toContain(">a.example</a>");
  });

  it("are not missed where a message was kept without", () => {
    expect(renderToStaticMarkup(<Cards of={{ text: URL_, channel: "!c" }} me={undefined} />)).toBe("");
    expect(renderToStaticMarkup(<Previews of={{ text: URL_, channel: "!c" }} />)).toBe("");
  });

  it("have their room until what draws them is there", () => {
    const out = renderToStaticMarkup(<Previews of={{ text: URL_, channel: "!c", previews: [preview()] }} />);
    expect(out).toMatch(/preview-(room|main)/);
  });
});

it("leads nowhere while one writes", () => {
  const shown = { ...preview(), host: "a.example" };
  expect(renderToStaticMarkup(<Card preview={shown} leads={false} />)).not.toContain("href");
});
