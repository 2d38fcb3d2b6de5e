// That a channel is slow, and when one can write there again.

import { useEffect, useState, useSyncExternalStore } from "react";
import { slowTexts } from "../../i18n/slow";
import { useSelect } from "../app/context";
import { clock, Holds, lasting, lately } from "./slow";

const TICK_MS = 1_000;

const thisSecond = () => Math.floor(Date.now() / TICK_MS) * TICK_MS;

function ticking(tick: () => void): () => void {
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}

const still = () => () => undefined;

interface SlowNoteProps {
  channel: string;
  /** How long one waits between two messages. */
  seconds: number;
  onHeld: (held: boolean) => void;
}

export default function SlowNote({ channel, seconds, onHeld }: SlowNoteProps) {
  const texts = slowTexts();
  const said = useSelect((state) => lately(state, channel));
  const [holds] = useState(() => new Holds());
  const [waits, setWaits] = useState(false);
  const now = useSyncExternalStore(waits ? ticking : still, thisSecond);
  const { until, sending } = holds.hold(said, seconds * 1_000, now);
  const left = Math.max(0, Math.ceil((until - now) / 1_000));
  const held = sending || left > 0;
  if (waits !== left > 0) setWaits(left > 0);
  // What is read aloud: once how long it takes, and once that it is over.
  const [told, setTold] = useState({ until: 0, text: "" });
  if (left > 0 && told.until !== until) {
    setTold({ until, text: texts.again(lasting(left, texts)) });
  } else if (!held && told.until !== 0) {
    setTold({ until: 0, text: texts.now });
  }

  useEffect(() => {
    onHeld(held);
    return () => onHeld(false);
  }, [held, onHeld]);

  return (
    <p className="composer-hint composer-slow" data-held={held ? "" : undefined} data-testid="slow-note">
      {texts.note(lasting(seconds, texts))}
      <span aria-hidden="true" data-testid="slow-left">
        {left > 0 ? ` ${texts.next(clock(left))}` : sending ? ` ${texts.sending}` : ""}
      </span>
      <span className="visually-hidden" role="status">
        {told.text}
      </span>
    </p>
  );
}
