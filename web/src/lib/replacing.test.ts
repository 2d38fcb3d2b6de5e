import { expect, it } from "vitest";
import { replaceRange } from "./replacing";

/** A box in a browser that refuses, or does something else than it was asked for. */
function refusing(text: string, execCommand: () => boolean) {
  const told: string[] = [];
  const selected: [number, number][] = [];
  const box = {
    value: text,
    ownerDocument: { execCommand },
    focus: () => undefined,
    setSelectionRange: (from: number, to: number) => selected.push([from, to]),
    setRangeText(piece: string, from: number, to: number) {
      this.value = this.value.slice(0, from) + piece + this.value.slice(to);
    },
    dispatchEvent: (event: Event) => told.push(event.type),
  };
  return { box: box as unknown as HTMLTextAreaElement, told, selected };
}

it("puts the piece in where the browser refuses to type it, and tells of it", () => {
  globalThis.InputEvent ??= class extends Event {} as unknown as typeof InputEvent;
  for (const done of [false, true]) {
    const { box, told, selected } = refusing("hello @b", () => done);
    replaceRange(box, "@bo ", 6, 8);
    expect(box.value).toBe("hello @bo ");
    expect(told).toEqual(["input"]);
    expect(selected.at(-1)).toEqual([10, 10]);
  }
});

it("changes nothing where it stands there already", () => {
  const { box, told } = refusing("**", () => true);
  replaceRange(box, "", 1, 1);
  expect(box.value).toBe("**");
  expect(told).toEqual([]);
});
