import { expect, it } from "vitest";
import { recordedType, recordingName } from "./recording";

it("what is played everywhere is recorded where the browser can, else what it can", () => {
  expect(recordedType(() => true)).toBe("audio/mp4;codecs=mp4a.40.2");
  expect(recordedType((type) => type.includes("opus"))).toBe("audio/webm;codecs=opus");
  expect(recordedType((type) => type.startsWith("audio/ogg"))).toBe("audio/ogg;codecs=opus");
  expect(recordedType(() => false)).toBeUndefined();
});

it("recordings are told apart by their names", () => {
  const at = new Date(2026, 11, 1, 9, 5, 7);
  expect(recordingName("audio/mp4", at)).toBe("voice 2026-12-01 09.05.07.m4a");
  expect(recordingName("audio/webm", at)).toBe("voice 2026-12-01 09.05.07.webm");
  expect(recordingName("audio/x-unheard-of", at)).toBe("voice 2026-12-01 09.05.07");
});
