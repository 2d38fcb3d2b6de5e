// What is said where one looks for channels.

export const directory = {
  empty: "No channel matches.",
  none: "There are no public channels yet. Create the first one.",
  serverHint: "Another server's name, such as chat.example.org. Empty for this one.",
  joinAddress: (alias: string) => `Join ${alias}`,
  noneThere: "That server lists no channels.",
};
