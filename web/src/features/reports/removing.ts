// Deletes what was reported, and closes the report for those who see to the server.

import { remove_message } from "../../api/admin";
import { update_report } from "../../api/reports";
import type { Report } from "../../api/types";
import { reportTexts } from "../../i18n/reports";
import type { Client } from "../client/client";
import type { Removal } from "./reports";

/** False when it was refused, which is told. */
export async function removeReported(
  client: Client,
  report: Report,
  as: Removal,
  reason: string,
): Promise<boolean> {
  const { id, channel, message_id: message } = report;
  if (as === "moderator") {
    if (!(await client.actions.remove(channel.id, message))) return false;
    // To the server it was a moderator, which leaves the report open for administrators.
    const isAdministrator = client.store.getState().me?.role === "admin";
    if (isAdministrator && report.closed_ts === null)
      await update_report(id, true).catch((error: unknown) => client.actions.failed(error));
    return true;
  }
  try {
    if (await remove_message(channel.id, message, reason)) client.notices.show(reportTexts().removeWaits);
    return true;
  } catch (error) {
    client.actions.failed(error);
    return false;
  }
}
