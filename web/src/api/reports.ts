// What is asked for where messages are reported, and where that is seen to.

import "./http";
import * as sdk from "./generated/sdk.gen";
import type { Report } from "./types";

/** As the server takes it: several lines, and no other signs that control anything. */
export function reasonOf(text: string): { reason?: string } {
  const reason = text
    .replace(/\r\n?/g, "\n")
    .replace(/(?!\n)\p{Cc}/gu, " ")
    .trim();
  return reason === "" ? {} : { reason };
}

export const create_report = (channel: string, message: string, reason: string) =>
  sdk.createReport({ path: { channel, message }, body: reasonOf(reason) });
export const update_report = (report: number, closed: boolean) =>
  sdk.updateReport({ path: { report }, body: { closed } }) as Promise<Report>;
