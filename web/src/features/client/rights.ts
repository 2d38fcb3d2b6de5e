// What the viewer may do, as far as the role and the channel's policy tell; the server decides.

import type { Channel, Message, Policy, Role, User } from "../../api/types";
import { serverOf } from "../../lib/ids";
import type { MemberList, State } from "../../store/state";

const RANK: Record<Role, number> = { guest: 0, member: 1, moderator: 2, owner: 3 };
const ROLES: readonly Role[] = ["guest", "member", "moderator", "owner"];

/** spec/, AUTH: the defaults of rules version 1. */
const DEFAULTS = {
  post: "member",
  react: "guest",
  invite: "member",
  pin: "member",
  set_profile: "moderator",
  redact_others: "moderator",
  kick: "moderator",
  ban: "moderator",
  mention_all: "member",
  set_policy: "owner",
} satisfies Record<string, Role>;

export type Capability = keyof typeof DEFAULTS;
export const CAPABILITIES = Object.keys(DEFAULTS) as Capability[];

/** Whether the server lets the viewer found channels. */
export const mayFoundChannels = ({ me, server }: Pick<State, "me" | "server">): boolean =>
  me?.role === "admin" || server?.create_channels !== "administrators";

export function may(info: Channel, capability: Capability): boolean {
  if (info.membership !== "joined" || !info.role) return false;
  return RANK[info.role] >= RANK[neededRole(info.policy, capability)];
}

/** The least role that a capability takes here. */
export const neededRole = (policy: Pick<Policy, "caps">, capability: Capability): Role =>
  policy.caps[capability] ?? DEFAULTS[capability];

/** The roles that the viewer may give a capability to: none where it takes a higher role than theirs. */
export function grantable(info: Channel, capability: Capability): Role[] {
  const { role } = info;
  if (!role || RANK[neededRole(info.policy, capability)] > RANK[role]) return [];
  return ROLES.filter((each) => RANK[each] <= RANK[role]);
}

/** What is kept of a choice of roles: only what is not as it is anyway. */
export const capsOf = (chosen: Record<Capability, Role>): Record<string, Role> =>
  Object.fromEntries(
    CAPABILITIES.filter((each) => chosen[each] !== DEFAULTS[each]).map((each) => [each, chosen[each]]),
  );

export const canPost = (info: Channel) => !info.archived && may(info, "post");
/** How many seconds the viewer waits between two messages; 0: none. */
export const slowSeconds = (info: Channel) =>
  may(info, "redact_others") ? 0 : (info.policy.slow_seconds ?? 0);
export const canPin = (info: Channel) => may(info, "pin");
export const canModerate = (info: Channel) => info.kind === "channel" && may(info, "redact_others");
/** For everybody where it can be reached, else from the administrator's own server. */
export const canRemove = (me: User | null) => me?.role === "admin";
/**
 * An administrator's server acts for its own people: a message's author, or the owner of a channel that it hosts. Whether
 * that owner is of it the server knows.
 */
export const canReach = (me: User | null, host: string, sender: string) =>
  me !== null && [serverOf(sender), host].includes(me.server);
/** What a message said before: its author's, and the moderators', business. */
export const canSeeEdits = (info: Channel, message: Pick<Message, "sender">, me: string) =>
  message.sender === me || info.role === "owner" || info.role === "moderator";
export const canInvite = (info: Channel) => info.kind === "channel" && may(info, "invite");
export const canSetProfile = (info: Channel) => info.kind === "channel" && may(info, "set_profile");
export const canSetPolicy = (info: Channel) => info.kind === "channel" && may(info, "set_policy");
/** Where other programs post is a matter of the server that the channel lives on. */
export const canKeepWebhooks = (info: Channel, me: User | null) =>
  info.kind === "channel" &&
  info.membership === "joined" &&
  (info.role === "owner" || info.role === "moderator") &&
  info.host === me?.server;
export const outranks = (mine: Role | null, theirs: Role) => mine !== null && RANK[mine] > RANK[theirs];

export type Outing = "remove" | "ban";

/** How the viewer may put somebody out of a channel, also who has left it. Of whom nothing is known here the server judges. */
export function outings(info: Channel, members: MemberList | null, user: string): Outing[] {
  if (info.kind !== "channel") return [];
  const member = members?.byId[user];
  // A list that ends has everybody who is there.
  const there = member ? ["joined", "invited"].includes(member.membership) : members?.next !== null;
  if (there && member && !outranks(info.role, member.role)) return [];
  return [
    ...(there && may(info, "kick") ? (["remove"] as const) : []),
    ...(member?.membership !== "banned" && may(info, "ban") ? (["ban"] as const) : []),
  ];
}
