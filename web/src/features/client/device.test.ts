import { afterEach, describe, expect, it } from "vitest";
import { loadLanguage } from "../../i18n";
import { deviceName, shownDevice } from "./device";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

describe("the name of a device", () => {
  afterEach(() => loadLanguage("en"));

  it("is stored in the same words whatever the language, and shown in the reader's", async () => {
    await loadLanguage("de");
    expect(deviceName(FIREFOX)).toBe("Firefox on Linux");
    expect(shownDevice("Firefox on Linux")).toBe("Firefox unter Linux");
    expect(shownDevice("")).toBe("Gerät ohne Namen");
    await loadLanguage("fr");
    expect(shownDevice("Firefox on Linux")).toBe("Firefox sur Linux");
  });

  it("stays as it is where another program gave it", async () => {
    await loadLanguage("de");
    for (const name of ["bot", "Notes on tea on Sunday"]) expect(shownDevice(name)).toBe(name);
  });
});
