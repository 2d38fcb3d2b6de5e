// A recording of the microphone, as a file to be sent.

/** What is tried, in this order: the first is played wherever there is sound at all. */
const TYPES = ["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const ENDINGS: Readonly<Record<string, string>> = {
  "audio/mp4": "m4a",
  "audio/webm": "webm",
  "audio/ogg": "ogg",
};
/** After so long it ends by itself. */
export const RECORDING_MS_MAX = 10 * 60_000;
/** So much is lost at most where the browser is closed meanwhile. */
const PART_MS = 1_000;

/** The type to record in; undefined where the browser is to choose. */
export const recordedType = (isSupported: (type: string) => boolean): string | undefined =>
  TYPES.find(isSupported);

/** What the file is called: by the clock of whoever speaks, so that several are told apart. */
export function recordingName(type: string, at: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(".");
  const ending = ENDINGS[type];
  return `voice ${day} ${time}${ending ? `.${ending}` : ""}`;
}

/** Whether the browser lets pages record, which it does in none that came over plain HTTP from another machine. */
export const canRecord = (): boolean =>
  typeof MediaRecorder !== "undefined" && "mediaDevices" in navigator && isSecureContext;

export interface Recording {
  /** Ends it; what was said is a file. */
  keep: () => void;
  /** Ends it; nothing is left of it. */
  discard: () => void;
}

interface Heard {
  onFile: (file: File) => void;
  onEnd: () => void;
}

/** Records what `stream` hears, until it is ended, the microphone is gone or it is too long. */
export function record(stream: MediaStream, { onFile, onEnd }: Heard): Recording {
  const begun = new Date();
  const mimeType = recordedType((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
  const parts: Blob[] = [];
  let kept = true;
  const stop = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  const timer = setTimeout(stop, RECORDING_MS_MAX);
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onerror = stop;
  recorder.onstop = () => {
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    onEnd();
    const type = recorder.mimeType.split(";", 1)[0] ?? "";
    const file = new File(parts, recordingName(type, begun), { type });
    if (kept && file.size > 0) onFile(file);
  };
  recorder.start(PART_MS);
  return {
    keep: stop,
    discard: () => {
      kept = false;
      stop();
    },
  };
}
