import { expect, it } from "vitest";
import { looksLikeId } from "./ids";

it("names that read as somebody's address are told from others", () => {
  const addresses = [
    "@ann:good.test",
    "ann:good.test",
    "Ann (ann:good.test)",
    "@ann:",
    " @ann : good",
    "＠ann：good．test",
    "@ann\u200B:good.test",
    "ann:\u2060good.test",
    "ann\u2236good.test",
    "ann\u02D0good.test",
    "ann:good\u3002test",
    "ann\u200A:good.test",
    "ann:\u200Agood.test",
  ];
  for (const name of addresses) expect(looksLikeId(name), name).toBe(true);
  for (const name of ["Ann", "@ann", "Dr. Ann", "Re: Dr. Who", "10:30", "Ann :)", "ann@good.test", ""])
    expect(looksLikeId(name), name).toBe(false);
});
