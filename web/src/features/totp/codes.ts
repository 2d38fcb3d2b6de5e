// What is known of codes: what is wrong with one, and how they are written.

import { ApiError } from "../../api/http";
import { totpTexts } from "../../i18n/totp";
import { problemText } from "../client/problems";

/** After so many wrong ones in a row no other is looked at for a while. */
const PAUSE_MS = 60_000;
const TOO_MANY = 429;
const GROUP = 4;

/** So few are left that one should think of new ones. */
export const FEW_CODES = 2;

/** What is said at the field of a code; nothing, where that is not what is wrong. */
export function codeProblem(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === TOO_MANY)
    return totpTexts().tooOften(Math.ceil((error.retryAfterMs ?? PAUSE_MS) / 1_000));
  return error.code === "bad_code" ? problemText(error) : undefined;
}

/** What is said at the field of the password that goes with it. */
export const passwordProblem = (error: unknown): string | undefined =>
  error instanceof ApiError && error.code === "wrong_password" ? problemText(error) : undefined;

export const isOn = (error: unknown): boolean => error instanceof ApiError && error.code === "totp_enabled";

/** It was turned on or off elsewhere meanwhile. */
export const isStale = (error: unknown): boolean =>
  isOn(error) || (error instanceof ApiError && error.code === "totp_disabled");

/** What was asked for may have been done all the same. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ApiError && error.temporary && error.status !== TOO_MANY;

/** In fours, to be read and typed: authenticators take it with the spaces. */
export const inGroups = (secret: string): string =>
  secret.replace(new RegExp(`.{${String(GROUP)}}(?=.)`, "g"), "$& ");

interface Kept {
  /** Whose they are. */
  account: string;
  day: string;
}

/** The recovery codes as they are kept: a line each, below what they are. */
export function recoveryFile(codes: readonly string[], { account, day }: Kept): string {
  const texts = totpTexts();
  return [texts.fileHead(account, day), texts.fileHint, "", ...codes, ""].join("\n");
}
