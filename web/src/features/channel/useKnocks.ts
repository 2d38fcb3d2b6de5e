import { useEffect, useMemo } from "react";
import type { Member } from "../../api/types";
import type { ChannelState } from "../../store/state";
import { useClient } from "../app/context";
import { canInvite } from "../client/rights";

export const knocking = (channel: ChannelState | undefined): Member[] =>
  Object.values(channel?.members?.byId ?? {}).filter(({ membership }) => membership === "knocking");

/** Keeps the list of those who ask, where there may be any and the viewer may let them in. */
export function useKnocks(channel: ChannelState | undefined): Member[] {
  const client = useClient();
  const info = channel?.info;
  const id = info?.id ?? "";
  const asked = info !== undefined && info.policy.join === "knock" && canInvite(info);
  const missing = asked && !channel?.members;
  useEffect(() => {
    if (missing) void client.actions.loadKnocks(id);
  }, [client, id, missing]);
  return useMemo(() => (asked ? knocking(channel) : []), [asked, channel]);
}
