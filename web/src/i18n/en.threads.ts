// What is said about threads that one follows, and pictures of channels.

export const threads = {
  title: "Threads",
  none: "Nothing new in threads that you follow.",
  mentions: (count: number) => (count === 1 ? "1 mention" : `${count} mentions`),
  follow: "Follow this thread",
  unfollow: "No longer follow this thread",
  follows: "You are told of replies here.",
  picture: "Picture of the channel",
  best: "Best match first",
  people: "People",
  channels: "Channels",
  password: "Your password",
  passwordHint: "Needed because you signed in a while ago.",
};
