// The names of emoji groups and their picker.

export const emoji = {
  title: "Emoji",
  search: "Search emoji",
  empty: "No emoji matches.",
  recent: "Used lately",
  groups: {
    smileys: "Smileys",
    people: "People",
    nature: "Animals and nature",
    food: "Food and drink",
    travel: "Travel and places",
    activities: "Activities",
    objects: "Objects",
    symbols: "Symbols",
    flags: "Flags",
  },
};
