// Deletes what was reported, and closes the report for those who see to the server.

import { type Report, update_report } from "../../api/reports";
import { reportTexts } from "../../i18n/reports";
import type { Client } from "../client/client";
import { removeAsAdministrator, type Removed } from "../dialogs/removal";
import type { Removal } from "./reports";

/** `onlyHere`: from this server alone. */
export async function removeReported(
  client: Client,
  report: Report,
  as: Removal,
  reason: string,
  onlyHere: boolean,
): Promise<Removed> {
  const { id, channel, message_id: message } = report;
  if (as === "moderator") {
    if (!(await client.actions.remove(channel.id, message))) return "failed";
    // To the server it was a moderator, which leaves the report open for administrators.
    const isAdministrator = client.store.getState().me?.role === "admin";
    if (isAdministrator && report.closed_ts === null)
      await update_report(id, true).catch((error: unknown) => client.actions.failed(error));
    return "done";
  }
  const asked = { channel: channel.id, message, reason, onlyHere };
  return removeAsAdministrator(client, asked, reportTexts().removeWaits);
}
