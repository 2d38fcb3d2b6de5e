import { useEffect, useRef, useState } from "react";
import { record, type Recording } from "./recording";

/** Why nothing is recorded. */
export type Refused = "notAllowed" | "noMicrophone" | "failed";

const REFUSALS: Readonly<Record<string, Refused>> = {
  NotAllowedError: "notAllowed",
  SecurityError: "notAllowed",
  NotFoundError: "noMicrophone",
};

/** `asking`: the browser asks whether the page may hear. */
export type Recorder = { state: "idle" | "asking" } | { state: "recording"; since: number };

interface Told {
  onRecorded: (files: readonly File[]) => void;
  onRefused: (why: Refused) => void;
}

/** Whoever goes elsewhere has what they said where they said it, and is heard no more. */
export function useRecorder({ onRecorded, onRefused }: Told) {
  const [recorder, setRecorder] = useState<Recorder>({ state: "idle" });
  const recording = useRef<Recording | null>(null);
  const left = useRef(false);
  useEffect(() => {
    left.current = false;
    return () => {
      left.current = true;
      recording.current?.keep();
    };
  }, []);
  const end = () => {
    recording.current = null;
    setRecorder({ state: "idle" });
  };
  const begin = async () => {
    setRecorder({ state: "asking" });
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      // Whoever has gone meanwhile does not know that the page listens.
      if (left.current) return stream.getTracks().forEach((track) => track.stop());
      recording.current = record(stream, { onFile: (file) => onRecorded([file]), onEnd: end });
      setRecorder({ state: "recording", since: Date.now() });
    } catch (error) {
      setRecorder({ state: "idle" });
      onRefused(REFUSALS[error instanceof DOMException ? error.name : ""] ?? "failed");
    }
  };
  return {
    recorder,
    begin: () => void begin(),
    keep: () => recording.current?.keep(),
    discard: () => recording.current?.discard(),
  };
}
