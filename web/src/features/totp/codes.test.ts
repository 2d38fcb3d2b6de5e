import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "../../api/http";
import { loadLanguage } from "../../i18n";
import { codeProblem, inGroups, isOn, isStale, isUnanswered, passwordProblem, recoveryFile } from "./codes";

const refused = (code: string, status = 403, retryAfterMs: number | null = null) =>
  new ApiError({ code, status }, retryAfterMs);

afterEach(() => loadLanguage("en"));

describe("what is wrong with a code", () => {
  it("is said at its field, and nothing else is", () => {
    expect(codeProblem(refused("bad_code"))).toBe("That code is wrong, or was used already.");
    expect(codeProblem(refused("wrong_password"))).toBeUndefined();
    expect(codeProblem(refused("network", 0))).toBeUndefined();
    expect(codeProblem(new Error("bad_code"))).toBeUndefined();
    expect(codeProblem(null)).toBeUndefined();
  });

  it("after too many, how long to wait: in seconds, or in minutes that are long enough", async () => {
    const after = (ms: number | null) => codeProblem(refused("rate_limited", 429, ms));
    expect(after(1_000)).toBe("That was too often. Try again in 1 second.");
    expect(after(59_000)).toBe("That was too often. Try again in 59 seconds.");
    expect(after(60_000)).toBe("That was too often. Try again in 1 minute.");
    expect(after(899_500)).toBe("That was too often. Try again in 15 minutes.");
    expect(after(null)).toBe("That was too often. Try again in 1 minute.");
    await loadLanguage("de");
    expect(after(121_000)).toBe("Zu viele Versuche. Versuch es in 3 Minuten wieder.");
    await loadLanguage("fr");
    expect(after(1_000)).toBe("Trop de tentatives. Réessayez dans 1 seconde.");
  });

  it("is told from what is wrong with the password, and from what was done elsewhere", () => {
    expect(passwordProblem(refused("wrong_password"))).toBe("That password is wrong.");
    expect(passwordProblem(refused("bad_code"))).toBeUndefined();
    expect([refused("totp_enabled", 409), refused("totp_disabled", 409)].map(isStale)).toEqual([true, true]);
    expect([refused("bad_code"), new Error("totp_enabled")].map(isStale)).toEqual([false, false]);
    expect([refused("totp_enabled", 409), refused("totp_disabled", 409)].map(isOn)).toEqual([true, false]);
  });

  it("is not known where no answer of the server came", () => {
    const lost = [refused("network", 0), refused("unreachable", 200), refused("unreachable", 502)];
    expect(lost.map(isUnanswered)).toEqual([true, true, true]);
    const answered = [refused("bad_code"), refused("rate_limited", 429), refused("totp_enabled", 409), null];
    expect(answered.map(isUnanswered)).toEqual([false, false, false, false]);
  });
});

describe("what is written down", () => {
  it("a key, in fours", () => {
    expect(inGroups("JBSWY3DPEHPK3PXP")).toBe("JBSW Y3DP EHPK 3PXP");
    expect(inGroups("ABCDEFGHIJ")).toBe("ABCD EFGH IJ");
    expect(inGroups("")).toBe("");
  });

  it("recovery codes, a line each, below whose they are", () => {
    const file = recoveryFile(["aaaa-bbbb", "cccc-dddd"], { account: "@ann:test", day: "1 May 2026" });
    expect(file.split("\n")).toEqual([
      "Recovery codes of @ann:test, 1 May 2026",
      "Each signs in once, in place of a code of the authenticator app.",
      "",
      "aaaa-bbbb",
      "cccc-dddd",
      "",
    ]);
  });
});
