// What is told of what was done, and what is heard instead of seen.

const many = (count: number, one: string, more: string) => `${String(count)} ${count === 1 ? one : more}`;

export const spoken = {
  role: {
    owner: (name: string) => `${name} is the owner now.`,
    moderator: (name: string) => `${name} is a moderator now.`,
    member: (name: string) => `${name} is a member now.`,
    guest: (name: string) => `${name} is a guest now.`,
  },
  removed: (name: string) => `${name} was removed.`,
  banned: (name: string) => `${name} was banned.`,
  lately: {
    label: "Delete what they wrote here",
    nothing: "Nothing",
    hour: "In the last hour",
    day: "In the last 24 hours",
    week: "In the last 7 days",
    waiting: (count: number) =>
      `${many(count, "message waits", "messages wait")} for the channel’s server to be deleted.`,
    reactions: (count: number) => `${many(count, "reaction was", "reactions were")} deleted.`,
    deleted: (count: number) => `${many(count, "message was", "messages were")} deleted.`,
  },
  unbanned: (name: string) => `The ban of ${name} was lifted.`,
  inviteMade: "An invite code was created.",
  inviteRevoked: (code: string) => `The code ${code} was revoked.`,
  inThread: (name: string) => `${name}, in a thread`,
  inPlace: (name: string, place: string) => `${name} in ${place}`,
  direct: (name: string) => `${name}, direct message`,
  reminder: (by: string) => `Reminder: ${by}`,
  files: (names: string) => `Files: ${names}`,
  connected: "Connected again.",
  edited: "edited",
  pinned: "pinned",
  reactions: (count: number) => many(count, "reaction", "reactions"),
  results: (count: number, more: boolean) => `${many(count, "result", "results")}${more ? " or more" : ""}`,
  uploading: (name: string) => `Uploading ${name}.`,
  uploaded: (name: string) => `${name} was uploaded.`,
  uploadFailed: (name: string) => `${name} could not be uploaded.`,
  leftOut: (name: string) => `${name} was left out.`,
  deleteReaction: (emoji: string, name: string) => `Delete ${emoji} of ${name}`,
};
