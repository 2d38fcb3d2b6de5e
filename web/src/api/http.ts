// One way to make a request: same origin, cookie, JSON in and out, problems as ApiError.

import type { Problem } from "./types";

const BASE = "/api/v1";
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

export type Query = Record<string, string | number | undefined>;

export async function request<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: { query?: Query; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const answer = await send(method, path, options);
  if (answer.ok) {
    const text = await answer.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
  throw await problemOf(answer);
}

async function send(
  method: string,
  path: string,
  options: { query?: Query; body?: unknown; signal?: AbortSignal },
): Promise<Response> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    headers: { accept: "application/json, application/problem+json" },
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  };
  if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { ...init.headers, "content-type": "application/json" };
  }
  try {
    return await fetch(`${BASE}${path}${queryString(options.query)}`, init);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError({ status: 0, code: "network", title: "No answer from the server" });
  }
}

async function problemOf(answer: Response): Promise<ApiError> {
  const seconds = Number(answer.headers.get("retry-after") ?? "");
  const retryAfterMs = seconds > 0 ? seconds * 1000 : null;
  try {
    const problem = (await answer.json()) as Problem;
    return new ApiError({ ...problem, status: answer.status, code: problem.code || "unknown" }, retryAfterMs);
  } catch {
    return new ApiError({ status: answer.status, code: "unknown", title: answer.statusText }, retryAfterMs);
  }
}

function queryString(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
