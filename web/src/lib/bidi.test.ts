import { describe, expect, it } from "vitest";
import { displayName } from "../store/selectors";
import { user } from "../store/testing";
import { shownOf } from "../worker/push";
import { straight } from "./bidi";

describe("names that would turn what stands around them", () => {
  it("lose what turns, and nothing else", () => {
    expect(straight("\u202Egnp.exe")).toBe("gnp.exe");
    expect(straight("\u2067a\u2069\u200Fb\u061C")).toBe("ab");
    for (const name of ["Ada", "אבג", "👩‍💻", "a\u00A0b"]) expect(straight(name)).toBe(name);
  });

  it("are shown so, and in notifications", () => {
    const eve = { ...user("@eve:test"), display_name: "\u202Eeve" };
    expect(displayName(eve, eve.id)).toBe("eve");
    expect(displayName({ ...eve, display_name: "\u202E" }, eve.id)).toBe(eve.username);
    const push = { title: "\u202Eeve", body: "Hello", channel: "!c" };
    expect(shownOf(JSON.stringify(push)).title).toBe("eve");
  });
});
