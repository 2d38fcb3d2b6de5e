// Listens to what is going to be sent.

import { useEffect, useState } from "react";
import { fileUrl, type Uploaded } from "../../api/files";
import { recordingTexts } from "../../i18n/recording";
import { IconButton } from "../../ui/Button";
import { useClient } from "../app/context";

const PLAY = { path: "M6.5 4.5v11l9-5.5z" };
const PAUSE = { path: "M7 4.5v11M13 4.5v11" };

export function Listen({ uploaded }: { uploaded: Uploaded }) {
  const texts = recordingTexts();
  const { notices } = useClient();
  const [audio] = useState(() => new Audio(fileUrl(uploaded)));
  const [plays, setPlays] = useState(false);
  useEffect(() => {
    const look = () => setPlays(!audio.paused && !audio.ended);
    const events = ["play", "pause", "ended"];
    for (const event of events) audio.addEventListener(event, look);
    return () => {
      for (const event of events) audio.removeEventListener(event, look);
      audio.pause();
    };
  }, [audio]);
  const play = () => audio.play().catch(() => notices.show(texts.unplayable));
  return (
    <IconButton
      icon={plays ? PAUSE : PLAY}
      size="small"
      label={texts.listen(uploaded.name)}
      pressed={plays}
      onPress={() => (plays ? audio.pause() : void play())}
    />
  );
}
