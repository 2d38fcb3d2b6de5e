// What a conversation was left with, and is found with again.

import { useCallback, useState } from "react";
import { useClient } from "../app/context";

type Kept = readonly [id: string | null, set: (id: string | null) => void];

/** The message that is answered; `place` is what the draft is kept under. */
export function useReply(place: string): Kept {
  const { unfinished } = useClient();
  const [reply, setReply] = useState(() => unfinished.reply(place));
  const set = useCallback(
    (id: string | null) => {
      unfinished.keepReply(place, id);
      setReply(id);
    },
    [unfinished, place],
  );
  return [reply, set];
}

/** The message whose text is being changed. */
export function useEditing(channel: string): Kept {
  const { unfinished } = useClient();
  const [editing, setEditing] = useState(() => unfinished.editing(channel));
  const set = useCallback(
    (id: string | null) => {
      unfinished.keepEditing(channel, id);
      setEditing(id);
    },
    [unfinished, channel],
  );
  return [editing, set];
}
