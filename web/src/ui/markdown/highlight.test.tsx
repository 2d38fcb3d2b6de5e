import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { tokens } from "./Code";
import { highlight } from "./highlight";

const html = (language: string, text: string) => {
  const tree = highlight(language, text);
  return tree ? renderToStaticMarkup(<>{tokens(tree.children)}</>) : null;
};
const unmarked = (markup: string | null) =>
  markup
    ?.replaceAll(/<\/?span[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&");

describe("coloured code", () => {
  it("marks tokens", () => {
    expect(html("json", "[1, true]")).toContain('<span class="hljs-number">1</span>');
  });

  it("knows short names of languages, in any case", () => {
    for (const name of ["js", "TS", "py", "sh", "toml", "html", "yml", "rs", "tsx"]) {
      expect(highlight(name, "x"), name).not.toBeNull();
    }
  });

  it("leaves an unknown language alone", () => {
    expect(highlight("klingon", "x")).toBeNull();
    expect(highlight("__proto__", "x")).toBeNull();
  });

  it("loses nothing and makes no element of the text", () => {
    const hostile = `<img src=x onerror="alert(1)"> <script>alert('a & b')</script>`;
    for (const language of ["html", "js", "rust", "diff", "yaml"]) {
      const markup = html(language, hostile);
      expect(unmarked(markup)).toBe(hostile);
      expect(markup).not.toMatch(/<(?!\/?span[ >])/);
    }
  });
});
