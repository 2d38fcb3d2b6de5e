// What is said at a channel's door: before one is in, and when one is in it no longer.

export const entering = {
  ask: "You are looking at this channel from outside. Ask to join, and you hear of it when somebody lets you in.",
  invitedOnly:
    "You are looking at this channel from outside. People are invited to it by those who are there.",
  bannedFrom: "You are banned from this channel.",
  inviteLink: (code: string) => `Copy the link with ${code}`,
  copyLink: "Copy link",
  byInvite: "Brought by the link that you followed.",
  left: (name: string) => `You are no longer in ${name}: you were removed, or left it elsewhere.`,
  banned: (name: string) => `You were banned from ${name}.`,
};
