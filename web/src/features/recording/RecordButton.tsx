// Speaks instead of writing: what is recorded is a file like others, which can be listened to before it goes.

import { useEffect, useState } from "react";
import { recordingTexts } from "../../i18n/recording";
import { IconButton } from "../../ui/Button";
import { useClient } from "../app/context";
import { clock } from "../composer/slow";
import { canRecord } from "./recording";
import { useRecorder } from "./useRecorder";
import "./recording.css";

const MICROPHONE = {
  path: "M10 3a2.3 2.3 0 0 0-2.3 2.3v4.4a2.3 2.3 0 0 0 4.6 0V5.3A2.3 2.3 0 0 0 10 3M5 9.5a5 5 0 0 0 10 0M10 14.5V17",
};
const TICK_MS = 250;

interface RecordButtonProps {
  onRecorded: (files: Iterable<File>) => void;
}

export default function RecordButton({ onRecorded }: RecordButtonProps) {
  const texts = recordingTexts();
  const { notices } = useClient();
  const [again, setAgain] = useState(false);
  const onRefused = (why: keyof typeof texts.refused) => {
    setAgain(true);
    notices.show(texts.refused[why]);
  };
  const { recorder, begin, keep, discard } = useRecorder({ onRecorded, onRefused });
  if (!canRecord()) return null;
  const isRecording = recorder.state === "recording";
  return (
    <>
      <span className="visually-hidden" role="status">
        {isRecording ? texts.recording : ""}
      </span>
      {isRecording ? (
        <span className="recording" role="group" aria-label={texts.recording} data-testid="recording">
          <Elapsed since={recorder.since} />
          <IconButton
            icon="close"
            size="small"
            label={texts.discard}
            onPress={() => {
              setAgain(true);
              discard();
            }}
          />
          <IconButton icon="check" size="small" label={texts.keep} autoFocus onPress={keep} />
        </span>
      ) : (
        <IconButton
          key={recorder.state}
          icon={MICROPHONE}
          size="small"
          label={texts.record}
          isDisabled={recorder.state === "asking"}
          // It is here once more after it was pressed.
          autoFocus={again}
          onPress={() => {
            setAgain(false);
            begin();
          }}
        />
      )}
    </>
  );
}

function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="recording-time" role="timer">
      {clock(Math.max(0, Math.floor((now - since) / 1_000)))}
    </span>
  );
}
