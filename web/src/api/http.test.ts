import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setAvatar } from "./files";
import { client } from "./generated/client.gen";
import { ApiError, endSession, isAborted, sessionSignal } from "./http";
import { get_me, put_setting, reset_password } from "./operations";

/** As the network does it: nothing sets out that was aborted before, and nothing arrives that was aborted since. */
const network = vi.fn<(request: Request | string, init: { signal: AbortSignal }) => Promise<Response>>();
let arrive: () => void;

beforeEach(() => {
  network.mockReset().mockImplementation((_request, { signal }) => {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      arrive = () => resolve(Response.json({ id: "@ada:test" }));
    });
  });
  vi.stubGlobal("fetch", network);
  client.setConfig({ baseUrl: "https://a.test/api/v1" });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const reasonOf = (asking: Promise<unknown>) =>
  asking.then(
    () => null,
    (error: unknown) => error,
  );

describe("what is asked for in a session", () => {
  it("is not answered once that is over, which is no problem to tell of", async () => {
    const reasons = [get_me(), put_setting("a", 1), setAvatar(null)].map(reasonOf);
    await vi.waitFor(() => expect(network).toHaveBeenCalledTimes(3));
    endSession();
    arrive();
    for (const reason of await Promise.all(reasons)) {
      expect(reason).not.toBeInstanceOf(ApiError);
      expect(isAborted(reason)).toBe(true);
    }
  });

  it("is of that session also when it ends before anything was sent", async () => {
    const reason = reasonOf(put_setting("a", 1));
    endSession();
    expect(isAborted(await reason)).toBe(true);
  });

  it("is answered in any case where it is what ends the session", async () => {
    const asking = reset_password("token", "password");
    await vi.waitFor(() => expect(network).toHaveBeenCalledTimes(1));
    endSession();
    arrive();
    await expect(asking).resolves.toBeDefined();
  });

  it("is answered in the next one as ever", async () => {
    const before = sessionSignal();
    endSession();
    expect([before.aborted, sessionSignal().aborted]).toEqual([true, false]);
    const asking = get_me();
    await vi.waitFor(() => expect(network).toHaveBeenCalledTimes(1));
    arrive();
    expect(await asking).toEqual({ id: "@ada:test" });
  });
});

describe("an answer that is not the server's", () => {
  const page = (status: number, type = "text/html") =>
    new Response("<h1>Sign in to the hotel</h1>", { status, headers: { "content-type": type } });
  const refusal = async (answer: Response) => {
    network.mockResolvedValue(answer);
    return (await reasonOf(get_me())) as ApiError;
  };

  it("is no success, and no refusal for good either", async () => {
    for (const [status, code] of [
      [200, "unreachable"],
      [401, "unknown"],
      [403, "unknown"],
      [404, "unknown"],
      [502, "unreachable"],
      [504, "unreachable"],
    ] as const) {
      const error = await refusal(page(status));
      expect(error, String(status)).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ code, temporary: true, signedOut: false });
    }
    expect(await refusal(new Response("ok"))).toMatchObject({ temporary: true });
    expect(await refusal(Response.json({ code: 404 }, { status: 404 }))).toMatchObject({ temporary: true });
  });

  it("is for good where what was sent is too large for it", async () => {
    expect(await refusal(page(413))).toMatchObject({ code: "too_large_between", temporary: false });
  });

  it("is told from what the server says itself", async () => {
    const error = await refusal(Response.json({ code: "unauthenticated" }, { status: 401 }));
    expect(error).toMatchObject({ code: "unauthenticated", temporary: false, signedOut: true });
  });

  it("is none where it says nothing, as the server may", async () => {
    network.mockResolvedValue(new Response(null, { status: 204 }));
    expect(await reasonOf(put_setting("a", 1))).toBeNull();
    network.mockResolvedValue(new Response(null, { status: 202 }));
    expect(await reasonOf(put_setting("a", 1))).toBeNull();
  });
});

describe("an answer that comes slowly", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const SILENT_MS = 30_000;

  /** Byte after byte, each when it is said. */
  function dripping() {
    let drip!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (drip = controller) });
    network.mockImplementation((_request, { signal }) => {
      signal.addEventListener("abort", () => drip.error(signal.reason));
      return Promise.resolve(new Response(body, { headers: { "content-type": "application/json" } }));
    });
    return drip;
  }

  it("is waited for as long as something comes of it", async () => {
    const drip = dripping();
    const asking = get_me();
    for (const byte of new TextEncoder().encode('{"id":"@ada:test"}')) {
      await vi.advanceTimersByTimeAsync(SILENT_MS - 1_000);
      drip.enqueue(Uint8Array.of(byte));
    }
    drip.close();
    expect(await asking).toEqual({ id: "@ada:test" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is given up when nothing comes any more", async () => {
    const drip = dripping();
    const asking = reasonOf(get_me());
    await vi.advanceTimersByTimeAsync(SILENT_MS - 1_000);
    drip.enqueue(Uint8Array.of(1));
    await vi.advanceTimersByTimeAsync(SILENT_MS + 1_000);
    expect(await asking).toMatchObject({ code: "network", temporary: true });
  });
});
