export const dates = {
  title: "Jump to a date",
  day: "Day",
  go: "Jump",
  beginning: "The beginning",
  month: "A month ago",
  week: "A week ago",
};
