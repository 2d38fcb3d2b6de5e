import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endSession } from "../../api/http";
import { get_server, set_push } from "../../api/operations";
import type { ServerInfo } from "../../api/types";
import { keepPush, pushOwner, sameKey, turnPushOn } from "./push";

vi.mock("../../api/operations");

describe("sameKey", () => {
  const bytes = Uint8Array.from([251, 255, 254, 1]);
  it("compares what the browser keeps with what the server says", () => {
    expect(sameKey(bytes.buffer, "-__-AQ")).toBe(true);
    expect(sameKey(bytes.buffer, "-__-AQ==")).toBe(true);
    expect(sameKey(bytes.buffer, "-__-AA")).toBe(false);
    expect(sameKey(null, "-__-AQ")).toBe(false);
  });
});

describe("a session that ends meanwhile", () => {
  const ADA = "@ada:test";
  const subscription = {
    options: { applicationServerKey: Uint8Array.from([251]).buffer },
    toJSON: () => ({ endpoint: "https://push.test/1", keys: { p256dh: "p", auth: "a" } }),
    unsubscribe: vi.fn(() => Promise.resolve(true)),
  };
  /** The browser has found the worker. */
  let found: () => void;

  beforeEach(() => {
    vi.mocked(set_push).mockReset();
    vi.mocked(get_server).mockResolvedValue({ push: { vapid_key: "-w" } } as unknown as ServerInfo);
    subscription.unsubscribe.mockClear();
    const worker = { pushManager: { getSubscription: () => Promise.resolve(subscription) } };
    const searching = new Promise((resolve) => (found = () => resolve(worker)));
    vi.stubGlobal("Notification", { permission: "granted" });
    vi.stubGlobal("PushManager", {});
    vi.stubGlobal("navigator", { serviceWorker: { getRegistration: () => searching } });
    const kept = new Map<string, string>();
    const getItem = (key: string) => kept.get(key) ?? null;
    vi.stubGlobal("localStorage", { getItem, setItem: kept.set.bind(kept) });
    pushOwner.set(null);
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("is what tells the server, as long as it lasts", async () => {
    found();
    expect(await turnPushOn(ADA, "-w")).toBe(true);
    await keepPush(ADA);
    expect(set_push).toHaveBeenCalledTimes(2);
    expect(pushOwner.get()).toBe(ADA);
  });

  it("does not have the next person told of what they did not ask for", async () => {
    const turning = turnPushOn(ADA, "-w");
    endSession();
    found();
    await expect(turning).rejects.toThrow(DOMException);
    expect(pushOwner.get()).toBeNull();

    pushOwner.set(ADA);
    let answer = (): void => undefined;
    const server = new Promise<ServerInfo>((resolve) => {
      answer = () => resolve({ push: { vapid_key: "-w" } } as unknown as ServerInfo);
    });
    vi.mocked(get_server).mockReset().mockReturnValue(server);
    const keeping = keepPush(ADA);
    await vi.waitFor(() => expect(get_server).toHaveBeenCalled());
    endSession();
    answer();
    await expect(keeping).rejects.toThrow(DOMException);
    expect(set_push).not.toHaveBeenCalled();
  });

  it("does not take away what the next person has", async () => {
    pushOwner.set("@bo:test");
    const keeping = keepPush(ADA);
    endSession();
    found();
    await expect(keeping).rejects.toThrow(DOMException);
    expect(pushOwner.get()).toBe("@bo:test");
    expect(subscription.unsubscribe).not.toHaveBeenCalled();
  });
});
