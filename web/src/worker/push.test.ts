import { describe, expect, it } from "vitest";
import { isReminder, pageOf, shownOf } from "./push";

const CHANNEL = "!abc_DEF-123";
const MESSAGE = "$abc_DEF-456";

describe("shownOf", () => {
  it("what the server pushes", () => {
    const payload = { title: "Ann · #General", body: "Hello", channel: CHANNEL, seq: 7, message: MESSAGE };
    expect(shownOf(`${JSON.stringify(payload)}   `)).toEqual({
      title: "Ann · #General",
      body: "Hello",
      tag: MESSAGE,
      data: { channel: CHANNEL, message: MESSAGE },
    });
  });
  it("a reminder as what it is, in the browser's language, beside what is new of the same message", () => {
    const payload = { title: "Ann", body: "Hello", channel: CHANNEL, message: MESSAGE, kind: "reminder" };
    const shown = (language?: string) => shownOf(JSON.stringify(payload), language);
    expect(shown()).toMatchObject({ title: "Reminder: Ann", tag: `reminder ${MESSAGE}` });
    expect([shown().tag, MESSAGE, CHANNEL].map(isReminder)).toEqual([true, false, false]);
    expect(["en-GB", "de-AT", "fr", "xx"].map((language) => shown(language).title)).toEqual([
      "Reminder: Ann",
      "Erinnerung: Ann",
      "Rappel\u00a0: Ann",
      "Reminder: Ann",
    ]);
  });
  it("names that do not turn what stands around them", () => {
    const payload = { title: "\u202EAnn", body: "Hello", channel: CHANNEL };
    expect(shownOf(JSON.stringify(payload)).title).toBe("Ann");
  });
  it("something, whatever comes", () => {
    for (const payload of [null, "", "{", "[]", "null", "7", '{"title":7}', '{"title":"a","channel":"x"}']) {
      expect(shownOf(payload)).toMatchObject({ title: "Loggia", data: {} });
    }
  });
  it("no more than fits", () => {
    const payload = { title: "a".repeat(9_999), body: "b".repeat(9_999), channel: CHANNEL };
    const shown = shownOf(JSON.stringify(payload));
    expect([shown.title.length, shown.body.length, shown.tag]).toEqual([300, 300, CHANNEL]);
  });
});

describe("pageOf", () => {
  it("the message, the channel, or the beginning", () => {
    expect(pageOf({ channel: CHANNEL, message: MESSAGE })).toBe(
      `/#/c/${encodeURIComponent(CHANNEL)}/${encodeURIComponent(MESSAGE)}`,
    );
    expect(pageOf({ channel: CHANNEL })).toBe(`/#/c/${encodeURIComponent(CHANNEL)}`);
    for (const data of [null, undefined, {}, { channel: "/../x" }, { channel: 7 }, { message: MESSAGE }]) {
      expect(pageOf(data)).toBe("/");
    }
  });
});
