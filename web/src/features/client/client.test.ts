import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ServerFrame } from "../../api/frames";
import { ApiError } from "../../api/http";
import { get_sync } from "../../api/operations";
import { Client } from "./client";

vi.mock("../../api/operations");
const stream = vi.hoisted(() => ({ onFrames: undefined as ((frames: ServerFrame[]) => void) | undefined }));
vi.mock("../../api/socket", () => ({
  StreamSocket: function ({ onFrames }: { onFrames: (frames: ServerFrame[]) => void }) {
    stream.onFrames = onFrames;
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("location", { protocol: "https:", host: "a.test" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("document", { addEventListener: () => undefined });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks again for what changed while the server has too much to do", async () => {
  const busy = new ApiError({ status: 503, code: "busy", title: "Busy" });
  vi.mocked(get_sync).mockRejectedValue(busy);
  const client = new Client();
  vi.spyOn(client.sharing, "start").mockImplementation(() => undefined);
  const saved = vi.spyOn(client.saved, "connected").mockImplementation(() => undefined);
  const ready = { op: "ready", d: { heads: {}, counts: {}, online: [] } } as unknown as ServerFrame;
  stream.onFrames?.([ready]);
  expect(get_sync).toHaveBeenCalledTimes(1);
  for (const [times, pause] of [
    [2, 4_000],
    [3, 8_000],
    [4, 16_000],
  ] as const) {
    await vi.advanceTimersByTimeAsync(pause - 1);
    expect(get_sync).toHaveBeenCalledTimes(times - 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(get_sync).toHaveBeenCalledTimes(times);
  }
  // The list of what is saved may have changed, too.
  expect(saved).toHaveBeenCalledTimes(1);
  stream.onFrames?.([{ op: "resync", d: { heads: {}, counts: {} } } as unknown as ServerFrame]);
  expect(saved).toHaveBeenCalledTimes(2);
  expect(get_sync).toHaveBeenCalledTimes(5);
  // What is wrong for good is not asked for again.
  vi.mocked(get_sync).mockRejectedValue(new ApiError({ status: 403, code: "forbidden", title: "No" }));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(get_sync).toHaveBeenCalledTimes(6);
});
