import type { RecordingTexts } from "./recording";

export const recording: RecordingTexts = {
  record: "Enregistrer un message vocal",
  recording: "Enregistrement en cours",
  keep: "Terminer et joindre",
  discard: "Abandonner l’enregistrement",
  listen: (name) => `Écouter ${name}`,
  unplayable: "Ce navigateur ne le lit pas.",
  refused: {
    notAllowed: "Le navigateur ne laisse pas cette page utiliser le microphone.",
    noMicrophone: "Aucun microphone n’a été trouvé.",
    failed: "Le microphone ne peut pas être utilisé pour le moment.",
  },
};
