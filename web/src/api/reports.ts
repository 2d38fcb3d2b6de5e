// What is asked for where messages are reported, and where that is seen to.

import "./http";
import * as sdk from "./generated/sdk.gen";
import { inLines } from "./reasons";
import type { Report } from "./types";

export const create_report = (channel: string, message: string, reason: string) =>
  sdk.createReport({ path: { channel, message }, body: inLines(reason) });
export const update_report = (report: number, closed: boolean) =>
  sdk.updateReport({ path: { report }, body: { closed } }) as Promise<Report>;
