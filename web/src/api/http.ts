// The generated client, set up: same origin, cookie, a limit of silence, problems as ApiError, and no answers from a
// session that is over, nor from anybody but the server.

import { client } from "./generated/client.gen";

/** Without a byte for so long there is no answer; one that is long and slow takes its time. */
export const SILENCE_MS_MAX = 30_000;
const TOO_LARGE = 413;
/** What proxies say when nobody is behind them. */
const NOBODY_BEHIND = new Set([502, 503, 504]);
/** Statuses that refuse for the moment only. */
const PASSING = new Set([0, 408, 429]);
/** Of answers that somebody in between gave, who does not know what the server would say. */
const NOT_OURS = new Set(["unknown", "unreachable"]);

interface Problem {
  type?: string;
  title?: string;
  status: number;
  detail?: string;
  code: string;
  request_id?: string;
  errors?: { pointer: string; detail: string }[];
}

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

  /** Whether the same request may succeed later: no answer, an overloaded or failing server, a limit. In a slow channel its
   * author decides whether it still is to be said. */
  get temporary(): boolean {
    if (this.code === "slow_mode") return false;
    return PASSING.has(this.status) || this.status >= 500 || NOT_OURS.has(this.code);
  }

  /** The server itself says that there is no session. */
  get signedOut(): boolean {
    return this.status === 401 && !NOT_OURS.has(this.code);
  }
}

/** `body` is what came instead of a success; there is no `response` when nothing answered. */
export function problemOf(body: unknown, response: Response | undefined): ApiError {
  if (!response) return new ApiError({ status: 0, code: "network", title: "No answer from the server" });
  const seconds = Number(response.headers.get("retry-after") ?? "");
  const problem = isProblem(body) ? body : { code: codeOf(response), title: response.statusText };
  return new ApiError({ ...problem, status: response.status }, seconds > 0 ? seconds * 1000 : null);
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";

/** For an answer that is not the server's own: of a proxy, a hotel's sign-in page, a page of errors. */
function codeOf({ ok, status }: Response): string {
  if (status === TOO_LARGE) return "too_large_between";
  return ok || NOBODY_BEHIND.has(status) ? "unreachable" : "unknown";
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

/** `until`: what ends the waiting, besides silence. The answer is there as a whole, and the server's own. */
function fetchUntil(...until: AbortSignal[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new DOMException("", "TimeoutError")), SILENCE_MS_MAX);
    };
    const signal = AbortSignal.any([request.signal, ...until, silence.signal]);
    heard();
    try {
      return own(await whole(await globalThis.fetch(request, { signal }), heard));
    } finally {
      clearTimeout(timer);
    }
  };
}

async function whole(response: Response, heard: () => void): Promise<Response> {
  const { body, status, statusText, headers } = response;
  if (!body) return response;
  const parts: BlobPart[] = [];
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    heard();
    parts.push(part.value);
  }
  const bytes = await new Blob(parts).arrayBuffer();
  return new Response(bytes.byteLength > 0 ? bytes : null, { status, statusText, headers });
}

/** A success says what it is in JSON, or nothing at all. */
export function own(response: Response): Response {
  const { ok, status, body, headers } = response;
  if (!ok || /[/+]json\b/.test(headers.get("content-type") ?? "")) return response;
  if (status === 204 || (status === 202 && !body)) return response;
  throw problemOf(null, response);
}

/** For what begins or ends a session, or needs none: that is answered in any case. */
export const sessionless = { fetch: fetchUntil() };

/** The generated client calls `fetch` a moment after it was asked: which session that was in, its settings say. */
function begin(ended: AbortSignal): void {
  client.setConfig({ credentials: "same-origin", fetch: fetchUntil(ended) });
}

begin(session.signal);

client.interceptors.error.use((body, response) =>
  isAborted(body) || body instanceof ApiError ? body : problemOf(body, response as Response | undefined),
);
