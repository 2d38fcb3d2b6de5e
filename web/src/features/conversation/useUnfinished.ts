// What a conversation was left with, and is found with again.

import { useCallback, useState } from "react";
import { useClient } from "../app/context";
import type { Unfinished } from "../client/unfinished";

type Kept = readonly [id: string | null, set: (id: string | null) => void];

function useKept(
  place: string,
  read: (unfinished: Unfinished, place: string) => string | null,
  keep: (unfinished: Unfinished, place: string, id: string | null) => void,
): Kept {
  const { unfinished } = useClient();
  const [id, setId] = useState(() => read(unfinished, place));
  const set = useCallback(
    (next: string | null) => {
      keep(unfinished, place, next);
      setId(next);
    },
    [unfinished, place, keep],
  );
  return [id, set];
}

const reply = (unfinished: Unfinished, place: string) => unfinished.reply(place);
const keepReply = (unfinished: Unfinished, place: string, id: string | null) =>
  unfinished.keepReply(place, id);
const editing = (unfinished: Unfinished, channel: string) => unfinished.editing(channel);
const keepEditing = (unfinished: Unfinished, channel: string, id: string | null) =>
  unfinished.keepEditing(channel, id);

/** The message that is answered; `place` is what the draft is kept under. */
export const useReply = (place: string): Kept => useKept(place, reply, keepReply);

/** The message whose text is being changed. */
export const useEditing = (channel: string): Kept => useKept(channel, editing, keepEditing);
