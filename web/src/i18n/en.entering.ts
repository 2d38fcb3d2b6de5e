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
  bannedBy: (name: string, by: string) => `${by} banned you from ${name}.`,
  removedBy: (name: string, by: string) => `${by} removed you from ${name}.`,
  because: (reason: string) => `The reason given: ${reason}`,
  banned: (name: string) => `You were banned from ${name}.`,
  dmClosed:
    "The conversation is closed. It comes back when somebody writes in it, or when you open it again.",
  invitedBy: "Invited by",
  signedOutHere: "You signed out in another tab.",
  forsaken: (others: number): string =>
    others > 1
      ? "These accounts were deleted. The conversation can be read, not written to."
      : "This account was deleted. The conversation can be read, not written to.",
  leaveLast:
    "You are its last member, and it is private: nobody will be left who could invite you or anybody else. You cannot come back, nor read what was written here.",
  sendsLater: "Sends when the upload is done.",
  notYet: "Don’t send yet",
  uploadFailed: "What could not be uploaded is in the way: try it again or leave it out.",
  lostEdit: "This message was deleted while you were changing it. What you wrote:",
};
