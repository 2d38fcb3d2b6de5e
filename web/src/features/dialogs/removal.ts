// Deletes a message as an administrator of this server.

import { remove_message } from "../../api/admin";
import { ApiError } from "../../api/http";
import type { Client } from "../client/client";

/** What became of it. What failed is told; what is out of the server's reach can be taken from this server alone. */
export type Removed = "done" | "failed" | "out_of_reach";

export interface RemovalAsked {
  channel: string;
  message: string;
  reason: string;
  onlyHere: boolean;
}

/** `waits`: what is told where the channel's server has to answer first. */
export async function removeAsAdministrator(
  client: Client,
  asked: RemovalAsked,
  waits: string,
): Promise<Removed> {
  const { channel, message, reason, onlyHere } = asked;
  try {
    if (await remove_message(channel, message, reason, onlyHere)) client.notices.show(waits);
    return "done";
  } catch (error) {
    if (!onlyHere && error instanceof ApiError && error.code === "out_of_reach") return "out_of_reach";
    client.actions.failed(error);
    return "failed";
  }
}
