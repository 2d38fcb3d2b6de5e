// The generated client, set up: same origin, cookie, a time limit, problems as ApiError, and no answers from a session
// that is over.

import { client } from "./generated/client.gen";
import type { Problem } from "./types";

const REQUEST_TIMEOUT_MS = 30_000;

/** An answer that is not a success, or no answer at all (`code: "network"`). */
export class ApiError extends Error {
  readonly problem: Problem;
  readonly retryAfterMs: number | null;

  constructor(problem: Problem, retryAfterMs: number | null = null) {
    super(problem.detail ?? problem.title ?? problem.code);
    this.name = "ApiError";
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }

  /** Whether the same request may succeed later: no answer, an overloaded or failing server, a limit. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 408 || this.status >= 500;
  }
}

/** `body` is what came instead of a success; there is no `response` when nothing answered. */
export function problemOf(body: unknown, response: Response | undefined): ApiError {
  if (!response) return new ApiError({ status: 0, code: "network", title: "No answer from the server" });
  const seconds = Number(response.headers.get("retry-after") ?? "");
  const known = typeof body === "object" && body !== null && "code" in body ? (body as Problem) : null;
  const problem = known ?? { code: "unknown", title: response.statusText };
  return new ApiError({ ...problem, status: response.status }, seconds > 0 ? seconds * 1000 : null);
}

/** What is asked for in a session is aborted with it: the answer must not land in the next person's. */
let session = new AbortController();

/**
 * Aborted when the session that there is now ends. Taken before an `await` that is no request, or whose failure does
 * not stop what follows, and looked at after it.
 */
export const sessionSignal = (): AbortSignal => session.signal;

export function endSession(): void {
  session.abort();
  session = new AbortController();
  begin(session.signal);
}

export const isAborted = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "AbortError";

/** `until`: what ends the waiting, besides the time limit. */
function fetchUntil(...until: AbortSignal[]): typeof fetch {
  return (input, init) => {
    const request = new Request(input, init);
    const signal = AbortSignal.any([request.signal, ...until, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    return globalThis.fetch(request, { signal });
  };
}

/** For what begins or ends a session, or needs none: that is answered in any case. */
export const sessionless = { fetch: fetchUntil() };

/** The generated client calls `fetch` a moment after it was asked: which session that was in, its settings say. */
function begin(ended: AbortSignal): void {
  client.setConfig({ credentials: "same-origin", fetch: fetchUntil(ended) });
}

begin(session.signal);

client.interceptors.error.use((body, response) =>
  isAborted(body) ? body : problemOf(body, response as Response | undefined),
);
