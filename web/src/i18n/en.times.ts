// What is said where one chooses when something is to happen, and of when it will.

export const times = {
  minutes: (time: string) => `In 20 minutes, at ${time}`,
  hour: (time: string) => `In 1 hour, at ${time}`,
  hours: (time: string) => `In 3 hours, at ${time}`,
  tomorrow: (time: string) => `Tomorrow at ${time}`,
  monday: (time: string) => `Next Monday at ${time}`,
  choose: "Choose a date and time…",
  today: (time: string) => `today at ${time}`,
  next: (time: string) => `tomorrow at ${time}`,
  onDay: (day: string, time: string) => `${day}, at ${time}`,
  text: "Message",
  date: "Date",
  time: "Time",
  zone: (zone: string) => `In the time zone of this device: ${zone}`,
  past: "Choose a time in the future.",
  far: (days: number) => `That is too far ahead: at most ${String(days)} days.`,
};
