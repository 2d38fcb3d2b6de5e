import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { ImportedReactions, Provenance } from "./Provenance";

type Imported = NonNullable<Parameters<typeof Provenance>[0]["of"]>;

const of = (more: Partial<Imported>): Imported => ({ from: "slack", author: "Ann", ts: 1_000, ...more });

describe("where a message was brought from", () => {
  it("is told whatever another server wrote there", () => {
    for (const ts of [9_007_199_254_740_991, -9_007_199_254_740_991, Number.NaN])
      expect(renderToStaticMarkup(<Provenance of={of({ ts })} />)).toContain("Slack");
    expect(renderToStaticMarkup(<Provenance of={of({ from: "constructor" })} />)).toContain("constructor");
  });

  it("turns no text around it", () => {
    const turning = of({
      author: "\u202eevil",
      from: "\u202emirc",
      reactions: [{ emoji: "\u202ex", count: 1 }],
    });
    const out = renderToStaticMarkup(<Provenance of={turning} />);
    expect(out + renderToStaticMarkup(<ImportedReactions of={turning} />)).not.toContain("\u202e");
  });
});
