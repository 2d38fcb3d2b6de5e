// What the viewer may do, as far as the role and the channel's policy tell; the server decides.

import type { Channel, Message, Role } from "../../api/types";

const RANK: Record<Role, number> = { guest: 0, member: 1, moderator: 2, owner: 3 };

const DEFAULTS: Record<string, Role> = {
  post: "member",
  react: "guest",
  invite: "member",
  pin: "member",
  set_profile: "moderator",
  redact_others: "moderator",
  kick: "moderator",
  ban: "moderator",
  mention_all: "moderator",
  set_policy: "owner",
};

export function may(info: Channel, capability: keyof typeof DEFAULTS): boolean {
  if (info.membership !== "joined" || !info.role) return false;
  const needed = info.policy.caps[capability] ?? DEFAULTS[capability] ?? "owner";
  return RANK[info.role] >= RANK[needed];
}

export const canPost = (info: Channel) => !info.archived && may(info, "post");
export const canPin = (info: Channel) => may(info, "pin");
export const canModerate = (info: Channel) => info.kind === "channel" && may(info, "redact_others");
/** What a message said before: its author's, and the moderators', business. */
export const canSeeEdits = (info: Channel, message: Pick<Message, "sender">, me: string) =>
  message.sender === me || info.role === "owner" || info.role === "moderator";
export const canInvite = (info: Channel) => info.kind === "channel" && may(info, "invite");
export const canSetProfile = (info: Channel) => info.kind === "channel" && may(info, "set_profile");
export const canSetPolicy = (info: Channel) => info.kind === "channel" && may(info, "set_policy");
export const outranks = (mine: Role | null, theirs: Role) => mine !== null && RANK[mine] > RANK[theirs];
