import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HOLD_MS, type Port, QUIET_MS, type Setting, Shared } from "./shared";

class Memory {
  readonly kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => {
    this.kept.set(key, value);
    Object.assign(this, { [key]: value });
  };
  removeItem = (key: string) => {
    this.kept.delete(key);
    Reflect.deleteProperty(this, key);
  };
}

/** One server, for several devices. */
class Server {
  readonly settings = new Map<string, Setting>();
  clock = 1_000_000;
  down = false;
  refusal: string | null = null;
  port(): Port {
    const reach = () => {
      if (this.down) throw new Error("network");
      if (this.refusal) throw new Error(this.refusal);
    };
    return {
      list: async () => (reach(), [...this.settings.values()]),
      put: async (key, value) => {
        reach();
        const setting = { key, value, updated_ts: (this.clock += 1) };
        this.settings.set(key, setting);
        return setting;
      },
      remove: async (key) => {
        reach();
        this.settings.delete(key);
      },
      passing: (error) => error instanceof Error && error.message === "network",
      now: () => this.clock,
    };
  }
}

/** A browser of its own; the one that acts is in force. */
class Device {
  readonly memory = new Memory();
  readonly session = new AbortController();
  readonly shared: Shared;
  constructor(server: Server, port = server.port()) {
    this.shared = new Shared("@ada:test", this.session.signal, port);
  }
  async on<T>(act: (shared: Shared) => T): Promise<Awaited<T>> {
    vi.stubGlobal("localStorage", this.memory);
    return await act(this.shared);
  }
  async write(text: string | null): Promise<void> {
    await this.on((shared) => {
      if (text === null) this.memory.removeItem(DRAFT);
      else this.memory.setItem(DRAFT, text);
      shared.changed(KEY);
    });
  }
  get ledger(): unknown {
    return JSON.parse(this.memory.getItem("loggia.shared.@ada:test") ?? "null");
  }
  get draft() {
    return this.memory.getItem(DRAFT);
  }
}

const KEY = "draft:!room";
const DRAFT = "loggia.draft.@ada:test.!room";
let server: Server;
let phone: Device;
let desk: Device;

const settle = async (device: Device) => device.on(() => vi.advanceTimersByTimeAsync(QUIET_MS));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("StorageEvent", class extends Event {});
  vi.stubGlobal("dispatchEvent", () => true);
  server = new Server();
  phone = new Device(server);
  desk = new Device(server);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a draft", () => {
  it("is sent once the keys rest, and taken by another device", async () => {
    await phone.write("he");
    await phone.write("hello");
    expect(server.settings.size).toBe(0);
    await settle(phone);
    expect(server.settings.get(KEY)?.value).toEqual({ text: "hello" });
    await desk.on((shared) => shared.heard(server.settings.get(KEY)!));
    expect(desk.draft).toBe("hello");
  });

  it("that was sent is gone elsewhere", async () => {
    await phone.write("hello");
    await settle(phone);
    await desk.on((shared) => shared.reconcile());
    await phone.write(null);
    await settle(phone);
    expect(server.settings.size).toBe(0);
    await desk.on((shared) => shared.heard({ key: KEY, deleted: true }));
    expect(desk.draft).toBeNull();
  });

  it("that is being written is not overwritten, and wins", async () => {
    await phone.write("theirs");
    await settle(phone);
    await desk.write("mine, longer");
    await desk.on((shared) => shared.heard(server.settings.get(KEY)!));
    expect(desk.draft).toBe("mine, longer");
    await settle(desk);
    expect(server.settings.get(KEY)?.value).toEqual({ text: "mine, longer" });
    // Also in the pause after it was sent.
    await phone.write("theirs again");
    await settle(phone);
    await desk.on((shared) => shared.heard(server.settings.get(KEY)!));
    expect(desk.draft).toBe("mine, longer");
    await settle(desk);
    expect(server.settings.get(KEY)?.value).toEqual({ text: "mine, longer" });
    // And after a while it is newest that wins.
    server.clock += HOLD_MS;
    await phone.write("theirs, at last");
    await settle(phone);
    await desk.on((shared) => shared.heard(server.settings.get(KEY)!));
    expect(desk.draft).toBe("theirs, at last");
  });

  it("written without a network is sent later; what is newer elsewhere wins", async () => {
    server.down = true;
    await phone.write("in the tunnel");
    await settle(phone);
    server.down = false;
    await desk.write("at the desk, later");
    await settle(desk);
    server.clock += HOLD_MS;
    await phone.on((shared) => shared.reconcile());
    expect(phone.draft).toBe("at the desk, later");

    server.down = true;
    await phone.write("later still");
    await settle(phone);
    server.down = false;
    await phone.on((shared) => shared.reconcile());
    expect(server.settings.get(KEY)?.value).toEqual({ text: "later still" });
  });

  it("of a time before there was sharing is shared, unless there is one", async () => {
    phone.memory.setItem(DRAFT, "old");
    await phone.on((shared) => shared.reconcile());
    expect(server.settings.get(KEY)?.value).toEqual({ text: "old" });
    desk.memory.setItem(DRAFT, "older");
    await desk.on((shared) => shared.reconcile());
    expect(desk.draft).toBe("old");
  });

  it("that is too long, or refused, stays here and is not tried for ever", async () => {
    await phone.write("x".repeat(20_000));
    await settle(phone);
    expect(server.settings.size).toBe(0);
    expect(phone.draft).toHaveLength(20_000);
    server.refusal = "settings_full";
    await desk.write("one too many");
    await settle(desk);
    server.refusal = null;
    await desk.on((shared) => shared.reconcile());
    expect(server.settings.size).toBe(0);
    expect(desk.draft).toBe("one too many");
  });

  it("that became too long is not elsewhere as it was before, and nothing from there takes its place", async () => {
    const long = "x".repeat(20_000);
    await phone.write("old words");
    await settle(phone);
    await desk.on((shared) => shared.heard(server.settings.get(KEY)!));
    await phone.write(long);
    await settle(phone);
    expect(server.settings.size).toBe(0);
    await phone.on((shared) => shared.heard({ key: KEY, deleted: true }));
    await desk.on((shared) => shared.heard({ key: KEY, deleted: true }));
    expect(desk.draft).toBeNull();

    server.clock += HOLD_MS;
    await desk.write("short");
    await settle(desk);
    await phone.on((shared) => shared.heard(server.settings.get(KEY)!));
    await phone.on((shared) => shared.reconcile());
    expect(phone.draft).toBe(long);
    // Sent, it leaves what the other one writes alone, and is not there again.
    await phone.write(null);
    await settle(phone);
    expect(server.settings.get(KEY)?.value).toEqual({ text: "short" });
    server.clock += HOLD_MS;
    await phone.on((shared) => shared.reconcile());
    expect(phone.draft).toBe("short");
    // Short again, it is shared again.
    await phone.write("short as well");
    await settle(phone);
    expect(server.settings.get(KEY)?.value).toEqual({ text: "short as well" });
  });
});

it("the sidebar is shared as it is, and what others share is left alone", async () => {
  const arrangement = JSON.stringify({ sections: [{ id: "s", name: "Work" }] });
  phone.memory.setItem("loggia.sidebar.@ada:test", arrangement);
  await phone.on((shared) => shared.changed("sidebar"));
  server.settings.set("other", { key: "other", value: 1, updated_ts: 1 });
  await settle(phone);
  await desk.on((shared) => shared.reconcile());
  expect(desk.memory.getItem("loggia.sidebar.@ada:test")).toBe(arrangement);
  expect([...desk.memory.kept.keys()].some((key) => key.includes("other"))).toBe(false);
  await desk.on((shared) => shared.forget());
  expect(desk.memory.getItem("loggia.shared.@ada:test")).toBeNull();
});

it("whether links have previews is shared, and kept where it was said before there was sharing", async () => {
  phone.memory.setItem("loggia.previews.@ada:test", "false");
  await phone.on((shared) => shared.reconcile());
  expect(server.settings.get("previews")?.value).toBe(false);
  await desk.on((shared) => shared.reconcile());
  expect(desk.memory.getItem("loggia.previews.@ada:test")).toBe("false");
});

describe("once the session is over", () => {
  /** Of the one whose words are on their way. */
  let answer: (error?: Error) => void;
  let puts: string[];

  beforeEach(async () => {
    puts = [];
    const port = server.port();
    const put: Port["put"] = async (key, value) => {
      puts.push(key);
      const error = await new Promise<Error | undefined>((resolve) => (answer = resolve));
      if (error) throw error;
      return port.put(key, value);
    };
    phone = new Device(server, { ...port, put });
    await phone.write("hello");
    await settle(phone);
    expect(puts).toEqual([KEY]);
  });

  it("what did not get through is not sent again, but is still to be sent", async () => {
    await phone.on((shared) => {
      phone.session.abort();
      shared.stop();
      answer(new Error("network"));
    });
    await phone.on(() => vi.advanceTimersByTimeAsync(60_000));
    expect(puts).toEqual([KEY]);
    expect(phone.ledger).toMatchObject({ [KEY]: { base: 0, dirty: expect.any(Number) as number } });
  });

  it.each([undefined, new Error("settings_full")])("no answer (%s) is remembered", async (error) => {
    await phone.on((shared) => {
      phone.session.abort();
      shared.forget();
      answer(error);
    });
    await phone.on(() => vi.advanceTimersByTimeAsync(60_000));
    expect(phone.ledger).toBeNull();
  });

  it("what is elsewhere is not taken, and nothing of here goes there", async () => {
    server.settings.set("draft:!other", { key: "draft:!other", value: { text: "next" }, updated_ts: 1 });
    desk.memory.setItem(DRAFT, "never sent");
    await desk.on(async (shared) => {
      const both = shared.reconcile();
      desk.session.abort();
      await both;
    });
    expect([...desk.memory.kept]).toEqual([[DRAFT, "never sent"]]);
    expect(server.settings.has(KEY)).toBe(false);
  });
});
