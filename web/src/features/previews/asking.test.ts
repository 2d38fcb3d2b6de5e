import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../api/http";
import type { Preview } from "../../api/previews";
import { Answers, ANSWERS_MAX, Drafted, QUIET_MS } from "./asking";

const A = "https://a.example/page";
const B = "https://b.example/";

const ask = vi.fn<(url: string) => Promise<Preview>>();
let answers: Answers;
let drafted: Drafted;
let stop: () => void;
const shown = () => drafted.get().map(({ url }) => url);
const asked = () => ask.mock.calls.map(([url]) => url);
const refused = (status: number, code: string) => Promise.reject(new ApiError({ status, code }));

async function pause(ms = QUIET_MS): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

function draft(): Drafted {
  const made = new Drafted(answers, "https://chat.example");
  stop = made.subscribe(() => undefined);
  return made;
}

beforeEach(() => {
  vi.useFakeTimers();
  ask.mockReset();
  ask.mockImplementation((url) => Promise.resolve({ url, title: "A page" }));
  answers = new Answers(ask);
  drafted = draft();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

describe("asking for previews", () => {
  it("waits until one pauses, and asks for what stands there then", async () => {
    for (const text of ["https://a.ex", "https://a.example/pa", A]) {
      drafted.write(text, true);
      await pause(QUIET_MS - 1);
    }
    expect(asked()).toEqual([]);
    await pause(1);
    expect(asked()).toEqual([A]);
    expect(shown()).toEqual([A]);
  });

  it("asks once a session for each address, whatever becomes of the text", async () => {
    for (const text of [A, `${A} `, "", `again ${A}`]) {
      drafted.write(text, true);
      await pause();
    }
    expect(shown()).toEqual([A]);
    stop();
    drafted = draft();
    drafted.write(`elsewhere ${A}`, true);
    await pause();
    expect(shown()).toEqual([A]);
    expect(asked()).toEqual([A]);
  });

  it("asks for nothing while that is not wanted, and shows nothing", async () => {
    drafted.write(A, false);
    await pause();
    expect(asked()).toEqual([]);
    drafted.write(A, true);
    await pause();
    drafted.write(`${A} x`, false);
    expect(shown()).toEqual([]);
  });

  it("does not ask for who has gone elsewhere", async () => {
    drafted.write(A, true);
    stop();
    await pause();
    expect(asked()).toEqual([]);
  });

  it("does not ask again where there is none", async () => {
    ask.mockImplementation(() => refused(404, "no_preview"));
    for (const text of [A, "", A]) {
      drafted.write(text, true);
      await pause();
    }
    expect(asked()).toEqual([A]);
    expect(shown()).toEqual([]);
  });

  it("asks again in the next draft where the server could not say", async () => {
    ask.mockImplementationOnce(() => refused(429, "rate_limited"));
    drafted.write(A, true);
    await pause();
    drafted.write(`${A} more`, true);
    await pause();
    expect(asked()).toEqual([A]);
    for (const text of ["", A]) {
      drafted.write(text, true);
      await pause();
    }
    expect(asked()).toEqual([A, A]);
    expect(shown()).toEqual([A]);
  });

  it("remembers so many answers, and takes of them what it knows", async () => {
    ask.mockImplementation((url) => Promise.resolve({ url: "https://other.example", title: url, extra: 1 }));
    for (let at = 0; at <= ANSWERS_MAX; at += 1) await answers.need(`${A}/${String(at)}`);
    expect(answers.of(`${A}/0`)).toBeNull();
    const url = `${A}/1`;
    expect(answers.of(url)).toEqual({ url, title: url });
  });
});

describe("what is shown of a draft", () => {
  it("goes with its address, at once", async () => {
    drafted.write(`${A} ${B}`, true);
    await pause();
    expect(shown()).toEqual([A, B]);
    drafted.write(B, true);
    expect(shown()).toEqual([B]);
  });

  it("comes without what was left out, which is not asked for", async () => {
    let answer: (found: Preview) => void = () => undefined;
    ask.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    drafted.write(A, true);
    await pause();
    drafted.leaveOut(A);
    answer({ url: A, title: "Late" });
    await pause(0);
    expect(shown()).toEqual([]);
    drafted.write(`${A} and ${B}`, true);
    await pause();
    expect(shown()).toEqual([B]);
    // Another draft is another matter.
    drafted.write("", true);
    drafted.write(A, true);
    await pause();
    expect(shown()).toEqual([A]);
  });

  it("is told of when it comes", async () => {
    const heard = vi.fn<() => void>();
    const end = drafted.subscribe(heard);
    drafted.write(A, true);
    await pause();
    expect(heard).toHaveBeenCalledTimes(1);
    drafted.write(`${A} x`, true);
    await pause();
    expect(heard).toHaveBeenCalledTimes(1);
    end();
  });
});

describe("what goes with the message", () => {
  it("is what is shown, and nothing is waited for", async () => {
    drafted.write(A, true);
    expect(drafted.take(A)).toEqual([]);
    await pause();
    expect(drafted.take(A)).toEqual(drafted.get());
  });

  it("is nothing of an address that goes on by now", async () => {
    drafted.write(A, true);
    await pause();
    drafted.write(`${A}/more`, true);
    expect(drafted.take(`${A}/more`)).toEqual([]);
    expect(drafted.take(`\`${A}\``)).toEqual([]);
  });
});
