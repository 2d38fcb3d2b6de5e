// What a person reads when something went wrong.

import { ApiError } from "../../api/http";
import { named, t } from "../../i18n";

export function problemText(error: unknown): string {
  if (!(error instanceof ApiError)) return t.problems.unknown;
  const field = error.problem.errors?.[0]?.detail;
  return named(t.problems, error.code) ?? field ?? error.problem.detail ?? t.problems.unknown;
}

/** The problem of one field of a form, by JSON pointer (`/username`). */
export function fieldProblem(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.problem.errors?.find((each) => each.pointer === `/${field}` || each.pointer === `#/${field}`)
    ?.detail;
}

/** That a channel's host refused something, and why. */
export function refusedText(host: string, kind: string, code: string | undefined): string {
  const { refused } = t.waiting;
  const words = kind in refused ? refused[kind as keyof typeof refused] : refused.other;
  return words(host, named(t.problems, code ?? "") ?? t.problems.unknown);
}
