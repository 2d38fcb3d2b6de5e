import type { TimesTexts } from "./times";

export const times: TimesTexts = {
  minutes: (time) => `In 20 Minuten, um ${time}`,
  hour: (time) => `In 1 Stunde, um ${time}`,
  hours: (time) => `In 3 Stunden, um ${time}`,
  tomorrow: (time) => `Morgen um ${time}`,
  monday: (time) => `Nächsten Montag um ${time}`,
  choose: "Datum und Uhrzeit wählen…",
  today: (time) => `heute um ${time}`,
  next: (time) => `morgen um ${time}`,
  onDay: (day, time) => `${day}, um ${time}`,
  text: "Nachricht",
  date: "Datum",
  time: "Uhrzeit",
  zone: (zone) => `In der Zeitzone dieses Geräts: ${zone}`,
  past: "Wähle eine Zeit in der Zukunft.",
  far: (days) => `Das ist zu weit voraus: höchstens ${String(days)} Tage.`,
};
