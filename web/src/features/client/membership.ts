import type { Membership, Role } from "../../api/types";
import { nearEntry, onceLost } from "../../lib/focus";
import type { Client } from "./client";

export interface MemberChange {
  membership?: Membership;
  role?: Role;
  reason?: string;
}

/** Says so, and lets keys go on in a list of people: the row is elsewhere then, or gone. */
export async function changeMember(
  client: Client,
  channel: string,
  user: string,
  change: MemberChange,
  said: string,
): Promise<boolean> {
  const back = nearEntry(user);
  if (!(await client.actions.setMember(channel, user, change))) return false;
  client.notices.show(said);
  onceLost(back);
  return true;
}
