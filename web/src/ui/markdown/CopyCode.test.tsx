import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Stops } from "../stops";
import CopyCode from "./CopyCode";

const html = (entered: boolean) =>
  renderToStaticMarkup(
    <Stops value={entered}>
      <CopyCode value="x" />
    </Stops>,
  );

describe("the button that copies a block of code", () => {
  it("has a name, and says nothing before it was pressed", () => {
    expect(html(true)).toContain('aria-label="Copy code"');
    expect(html(true)).toContain('<span role="status"></span>');
  });

  it("is a stop of the Tab key only within a message that has the focus", () => {
    expect(html(false)).toContain('tabindex="-1"');
    expect(html(true)).not.toContain("tabindex");
  });
});
