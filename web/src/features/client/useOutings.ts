import { useEffect } from "react";
import { useChannel, useClient } from "../app/context";
import { may, type Outing, outings } from "./rights";

/** How the viewer may put somebody out of a channel, also who has left; nothing until it is known who is there, nor of nobody. */
export function useOutings(id: string, user: string | null): Outing[] {
  const client = useClient();
  const channel = useChannel(id);
  const moderates =
    user !== null &&
    channel?.info.kind === "channel" &&
    (may(channel.info, "kick") || may(channel.info, "ban"));
  const missing = moderates && !channel.members;
  useEffect(() => {
    if (missing) client.actions.needMembers(id);
  }, [client, id, missing]);
  return moderates && !missing ? outings(channel.info, channel.members, user) : [];
}
