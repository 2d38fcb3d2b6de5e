import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { passes, type Uploaded, uploadFile } from "./files";
import { ApiError } from "./http";
import { lineIsBack } from "./line";

interface TusOptions {
  uploadUrl?: string;
  onUploadUrlAvailable: () => void;
  onProgress: (sent: number, total: number) => void;
  onAfterResponse: (request: null, response: { getHeader: (name: string) => string }) => void;
  onSuccess: () => void;
}
interface TusUpload {
  options: TusOptions;
  url: string;
  aborts: (boolean | undefined)[];
}
const parts = vi.hoisted(() => ({ begun: [] as TusUpload[] }));
vi.mock("tus-js-client", () => ({
  DetailedError: Error,
  Upload: class {
    url = "/parts/1";
    aborts: (boolean | undefined)[] = [];
    options: TusOptions;
    constructor(_file: File, options: TusOptions) {
      this.options = options;
    }
    start = () => parts.begun.push(this);
    abort = (ends?: boolean) => {
      this.aborts.push(ends);
      return Promise.resolve();
    };
  },
}));

class Sending {
  static readonly all: Sending[] = [];
  readonly upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  status = 0;
  response: unknown = null;
  aborted = false;
  onload?: () => void;
  onerror?: () => void;
  open = () => undefined;
  setRequestHeader = () => undefined;
  send = () => void Sending.all.push(this);
  abort = () => void (this.aborted = true);

  answers(status: number, response: unknown): void {
    Object.assign(this, { status, response });
    this.onload?.();
  }
}

const small = new File(["x"], "small.txt");
const large = new File([new Uint8Array(6 * 1024 * 1024)], "large.bin");
const there = { hash: "x", name: "small.txt" };
let controller: AbortController;
let page: EventTarget;

beforeEach(() => {
  Sending.all.length = 0;
  parts.begun.length = 0;
  controller = new AbortController();
  page = new EventTarget();
  vi.useFakeTimers();
  vi.stubGlobal("XMLHttpRequest", Sending);
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
});
afterEach(() => {
  controller.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function uploading(file: File): { outcome: () => Uploaded | ApiError | undefined } {
  let outcome: Uploaded | ApiError | undefined;
  uploadFile(file, { signal: controller.signal, onProgress: () => undefined }).then(
    (uploaded) => (outcome = uploaded),
    (error: unknown) => (outcome = error as ApiError),
  );
  return { outcome: () => outcome };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const last = () => Sending.all.at(-1)!;

it("what refuses for the moment is told from what refuses", () => {
  const refused = (status: number, code = "some") => passes(new ApiError({ status, code }));
  for (const status of [0, 409, 423, 429, 500, 503]) expect(refused(status), String(status)).toBe(true);
  for (const status of [400, 401, 403, 404, 413]) expect(refused(status), String(status)).toBe(false);
  expect(refused(404, "unknown")).toBe(true);
});

describe("a small file", () => {
  it("that is silent for too long, or cut off, is tried again", async () => {
    const { outcome } = uploading(small);
    await pass(29_000);
    last().upload.onprogress?.({ loaded: 1, total: 2 });
    await pass(29_000);
    expect(Sending.all).toHaveLength(1);
    await pass(2_000);
    expect(Sending.all.map(({ aborted }) => aborted)).toEqual([true, false]);
    last().onerror?.();
    await pass(1_000);
    expect(Sending.all).toHaveLength(3);
    last().answers(201, there);
    await pass(0);
    expect(outcome()).toEqual(there);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for the server to look through it once it is there", async () => {
    uploading(small);
    last().upload.onprogress?.({ loaded: 2, total: 2 });
    await pass(100_000);
    expect(Sending.all).toHaveLength(1);
  });

  it("that was on the line before is sent on the new one at once", async () => {
    uploading(small);
    last().upload.onprogress?.({ loaded: 2, total: 2 });
    await pass(1_000);
    lineIsBack();
    await pass(0);
    expect(Sending.all).toHaveLength(1);
    await pass(6_000);
    lineIsBack();
    await pass(0);
    expect(Sending.all.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it("waits for the network where there is none", async () => {
    uploading(small);
    vi.stubGlobal("navigator", { onLine: false });
    last().onerror?.();
    await pass(600_000);
    expect(Sending.all).toHaveLength(1);
    page.dispatchEvent(new Event("online"));
    await pass(0);
    expect(Sending.all).toHaveLength(2);
  });

  it("is given up after some attempts, and at once where it is refused or not wanted any more", async () => {
    const { outcome } = uploading(small);
    for (const pause of [0, 1_000, 3_000, 8_000, 20_000, 0]) {
      last().onerror?.();
      await pass(pause);
    }
    expect(outcome()).toMatchObject({ code: "network" });
    expect(Sending.all).toHaveLength(6);

    const refused = uploading(small);
    last().answers(413, null);
    await pass(60_000);
    expect(refused.outcome()).toMatchObject({ code: "too_large_between" });

    const unwanted = uploading(small);
    controller.abort();
    await pass(60_000);
    expect(unwanted.outcome()).toMatchObject({ name: "AbortError" });
    expect(Sending.all).toHaveLength(8);
  });

  it("is not there where somebody in between says so", async () => {
    const { outcome } = uploading(small);
    last().answers(201, null);
    await pass(0);
    expect([outcome(), Sending.all.length]).toEqual([undefined, 2]);
  });
});

describe("a large file", () => {
  const begins = (count: number) => vi.waitFor(() => expect(parts.begun).toHaveLength(count));

  it("goes on where it was when it is silent for too long", async () => {
    const { outcome } = uploading(large);
    await begins(1);
    const [first] = parts.begun;
    first?.options.onUploadUrlAvailable();
    first?.options.onProgress(1, 6);
    await pass(31_000);
    await begins(2);
    expect(first?.aborts).toEqual([undefined]);
    const second = parts.begun[1]!.options;
    expect(second.uploadUrl).toBe("/parts/1");
    second.onAfterResponse(null, { getHeader: () => "h" });
    second.onSuccess();
    await pass(0);
    expect(outcome()).toEqual({ hash: "h", name: "large.bin" });
  });

  it("that is given up before the first part goes does not set out", async () => {
    const { outcome } = uploading(large);
    controller.abort();
    await vi.dynamicImportSettled();
    await pass(0);
    expect(outcome()).toBeInstanceOf(DOMException);
    expect(parts.begun).toEqual([]);
  });
});
