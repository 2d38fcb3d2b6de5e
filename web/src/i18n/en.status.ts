// What is said about a status: what somebody does just now.

export const status = {
  title: "Your status",
  text: "What are you doing?",
  emoji: "Choose an emoji",
  noEmoji: (emoji: string) => `Remove ${emoji}`,
  end: "Clear after",
  ends: {
    never: "Don’t clear",
    half: "30 minutes",
    hour: "1 hour",
    hours: "4 hours",
    today: "Today",
    week: "This week",
  },
  until: (when: string) => `Until ${when}`,
  presets: "Suggestions",
  said: {
    meeting: "In a meeting",
    commuting: "Commuting",
    sick: "Out sick",
    vacation: "Vacationing",
    remote: "Working remotely",
  },
  clear: "Clear status",
};
