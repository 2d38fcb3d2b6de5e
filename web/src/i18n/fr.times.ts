import type { TimesTexts } from "./times";

export const times: TimesTexts = {
  minutes: (time) => `Dans 20 minutes, à ${time}`,
  hour: (time) => `Dans 1 heure, à ${time}`,
  hours: (time) => `Dans 3 heures, à ${time}`,
  tomorrow: (time) => `Demain à ${time}`,
  monday: (time) => `Lundi prochain à ${time}`,
  choose: "Choisir une date et une heure…",
  today: (time) => `aujourd’hui à ${time}`,
  next: (time) => `demain à ${time}`,
  onDay: (day, time) => `${day}, à ${time}`,
  text: "Texte du message",
  date: "Jour",
  time: "Heure",
  zone: (zone) => `Dans le fuseau horaire de cet appareil\u00a0: ${zone}`,
  past: "Choisissez un moment à venir.",
  far: (days) => `C’est trop loin\u00a0: ${String(days)} jours au plus.`,
};
