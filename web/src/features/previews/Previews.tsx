// Where previews stand. What draws and asks for them is a part of its own, which sets out with the page: a message is there
// with its cards as soon as it is there, as nothing is to move below them.

import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Preview } from "../../api/previews";
import type { ComposingProps, Take } from "./Composing";
import type * as Loaded from "./parts";

type Parts = typeof Loaded;

let parts: Parts | null = null;
const load = () => import("./parts").then((loaded) => (parts = loaded));
load().catch(() => undefined);

function useParts(wanted: boolean): Parts | null {
  const [here, setHere] = useState(parts);
  const missing = wanted && !here;
  useEffect(() => {
    if (missing) load().then(setHere, () => undefined);
  }, [missing]);
  return here;
}

/** `previews` are missing from what was kept by an older version of this client. */
export interface Previewed {
  readonly text: string;
  readonly previews?: readonly Preview[];
  /** Absent until it was sent. */
  readonly id?: string;
  readonly channel: string;
  readonly sender?: string;
}

interface PreviewsProps {
  of: Previewed;
  /** Whoever looks at it: an author can take them off. */
  me?: string;
}

export function Previews({ of, me }: PreviewsProps) {
  const wanted = Boolean(of.previews?.length);
  const here = useParts(wanted);
  if (!wanted) return null;
  return here ? <here.Cards of={of} me={me} /> : <div className="preview-card preview-room" />;
}

/** Those of what is being written: `take` gives what goes with the message. */
export function usePreviewing(props: Omit<ComposingProps, "onReady">): { take: Take; cards: ReactNode } {
  const here = useParts(props.text.includes("://"));
  const ready = useRef<Take>(() => []);
  const cards = here && <here.Composing {...props} onReady={(take) => (ready.current = take)} />;
  return { take: (text) => ready.current(text), cards };
}
