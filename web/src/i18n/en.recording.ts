// Speaking instead of writing.

export const recording = {
  record: "Record a voice message",
  recording: "Recording",
  keep: "Stop and attach",
  discard: "Discard the recording",
  listen: (name: string) => `Listen to ${name}`,
  unplayable: "This browser does not play it.",
  refused: {
    notAllowed: "The browser does not let this page use the microphone.",
    noMicrophone: "No microphone was found.",
    failed: "The microphone can’t be used just now.",
  },
};
