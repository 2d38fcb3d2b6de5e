// What is asked for where messages are reported, and where that is seen to.

import "./http";
import * as sdk from "./generated/sdk.gen";
import { inLines } from "./reasons";
import type { Channel, Message, User } from "./types";

/** A message that somebody thinks should be looked at. */
export interface Report {
  id: number;
  ts: number;
  channel: { id: string; kind: Channel["kind"]; name: string };
  message_id: string;
  seq: number;
  author: User;
  deleted: boolean;
  /** Null where it was deleted or may not be read: by an administrator in another channel, once the report is closed. */
  message: Message | null;
  reason: string | null;
  /** Only administrators learn it, of their own server's people. */
  reporter: User | null;
  /** Where it was reported: for administrators. */
  server: string | null;
  /** Whether there is nothing more to do, for the viewer. */
  closed: boolean;
  /** By a moderator, for the channel's moderators. */
  handled_ts: number | null;
  handled_by: User | null;
  /** By an administrator, for all. */
  closed_ts: number | null;
  closed_by: User | null;
}

export interface ReportPage {
  reports: Report[];
  /** On all pages. */
  open: number;
  next: string | null;
}

/** What was reported, the newest first. */
export const list_reports = (query: { closed?: boolean; cursor?: string; limit?: number }) =>
  sdk.listReports({ query }) as Promise<ReportPage>;
export const create_report = (channel: string, message: string, reason: string) =>
  sdk.createReport({ path: { channel, message }, body: inLines(reason) });
export const update_report = (report: number, closed: boolean) =>
  sdk.updateReport({ path: { report }, body: { closed } }) as Promise<Report>;
