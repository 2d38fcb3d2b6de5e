import { describe, expect, it } from "vitest";
import { bestLanguage, directionOf, LANGUAGES, loadLanguage, locale, named, t } from ".";
import { de } from "./de";
import { admin as deAdmin } from "./de.admin";
import { en } from "./en";
import { admin as enAdmin } from "./en.admin";
import { fr } from "./fr";
import { admin as frAdmin } from "./fr.admin";

/** Every string, by its path; functions are called with stand-ins. */
function strings(tree: object, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const at = path ? `${path}.${key}` : key;
    if (typeof value === "string") return [[at, value]];
    if (typeof value === "function") {
      const said = value as (...args: unknown[]) => string;
      return [[at, said(...Array.from({ length: said.length }, (_, index) => index + 2))]];
    }
    return strings(value as object, at);
  });
}

/** With what is loaded with the parts that need it. */
async function everything(language: "de" | "fr"): Promise<[string, string][]> {
  const own = strings(language === "de" ? de : fr);
  for (const part of [
    "access",
    "account",
    "admin",
    "dates",
    "directory",
    "formatting",
    "notify",
    "pins",
    "previews",
    "reports",
    "retention",
    "saved",
    "scheduled",
    "shared",
    "shortcuts",
    "slow",
    "status",
    "threads",
    "totp",
    "webhooks",
  ]) {
    const module = (await import(`./${language}.${part}.ts`)) as object;
    own.push(...strings(module));
  }
  return own;
}

/** The same in several languages, and rightly so. */
const ALIKE =
  /^(emoji\.title|message\.(code|by|reaction)|switcher\.conversations|nav\.(administration|label|offline|online|mentions)|settings\.notifications|thread\.title|timeline\.announce|welcome\.browse|channel\.public|create\.(name|publicTitle|namePlaceholder)|directory\.server|federation\.hostedBy|commands\.\w+\.takes|shortcuts\.keys\.\w+|sections\.name|settings\.sessions|channelSettings\.name|composer\.suggestions|emoji\.groups\.\w+|auth\.\w+|inbox\.in|people\.bot|attention\.inChannel|spoken\.inPlace|descriptions\.(label|labelled|mark))$/;

describe("languages", () => {
  for (const [name, catalogue] of Object.entries({ de, fr })) {
    it(`${name} has every string, each with its values, and none left in English`, () => {
      const own = new Map(strings(catalogue));
      for (const [path, english] of strings(en)) {
        const said = own.get(path) ?? "";
        if (english !== "") expect(said, path).not.toBe("");
        for (const value of english.match(/\d+/g) ?? []) {
          if (!/(passwordHint|markRead)/.test(path)) expect(said, path).toContain(value);
        }
        if (!ALIKE.test(path) && english !== "") expect(said, path).not.toBe(english);
      }
      expect(own.size).toBe(strings(en).length);
    });
  }

  it("counts as each language does", () => {
    expect([0, 1, 2].map(en.nav.mentions)).toEqual(["0 mentions", "1 mention", "2 mentions"]);
    expect([0, 1, 2].map(de.nav.mentions)).toEqual(["0 Erwähnungen", "1 Erwähnung", "2 Erwähnungen"]);
    expect([0, 1, 2].map(fr.nav.mentions)).toEqual(["0 mention", "1 mention", "2 mentions"]);
  });

  it("writes numbers as each language does", () => {
    expect([enAdmin, deAdmin, frAdmin].map((admin) => admin.bytes(16_384))).toEqual([
      "16,384 bytes",
      "16.384 Bytes",
      "16\u202f384 octets",
    ]);
  });

  it("says vous, and breaks no line before a French sign", async () => {
    for (const [path, said] of await everything("fr")) {
      expect(said, path).not.toMatch(/ [:;!?»]|« /);
      expect(said, path).not.toMatch(/(^|[^\p{L}])(tu|te|toi|ton|ta|tes)([^\p{L}]|$)/iu);
    }
  });

  it("has one German word for each thing", async () => {
    for (const [path, said] of await everything("de")) {
      expect(said, path).not.toMatch(/verbann|Bann\b|Unterhaltung|Leuten?\b|Eigentümer|\bBriefe?\b| …/);
    }
  });

  it("the best one for what is wished", () => {
    expect(bestLanguage(["it", "de-AT", "en"])).toBe("de");
    expect(bestLanguage(["FR-ca"])).toBe("fr");
    expect(bestLanguage(["it", "constructor"])).toBe("en");
    expect(bestLanguage([])).toBe("en");
    expect(Object.keys(LANGUAGES)).toEqual(["en", "de", "fr"]);
  });

  it("is in force once loaded", async () => {
    await loadLanguage("fr");
    expect([locale, t.common.close]).toEqual(["fr", "Fermer"]);
    await loadLanguage("en");
    expect([locale, t.common.close]).toEqual(["en", "Close"]);
  });

  it("knows who reads from the right", () => {
    expect(["ar", "he-IL", "fa", "ur"].map(directionOf)).toEqual(["rtl", "rtl", "rtl", "rtl"]);
    expect(["en", "de", "fr", "ja"].map(directionOf)).toEqual(["ltr", "ltr", "ltr", "ltr"]);
  });

  it("names from elsewhere find their string, and nothing else", () => {
    expect(named(en.problems, "archived")).toBe("This channel is archived.");
    expect(named(en.problems, "toString")).toBeUndefined();
  });
});
