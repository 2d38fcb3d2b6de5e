// What is said about files that were shared in a channel.

export const shared = {
  filter: "What is shown",
  all: "All",
  image: "Pictures",
  video: "Videos",
  audio: "Audio",
  other: "Other files",
  jumpLabel: (file: string, name: string, when: string) => `Jump to message: ${file}, ${name}, ${when}`,
  openLabel: (file: string, name: string, when: string) => `Open ${file}, ${name}, ${when}`,
  playLabel: (file: string, name: string, when: string) => `Play ${file}, ${name}, ${when}`,
  unplayable: "This browser can’t play it. It can be downloaded.",
  empty: "No files yet.",
  emptyText: "Pictures and other files that are sent here are listed in this place.",
  emptyKind: "None of this kind.",
};
