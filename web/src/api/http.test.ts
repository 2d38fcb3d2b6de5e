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
