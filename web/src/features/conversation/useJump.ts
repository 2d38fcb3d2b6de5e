// Leads to a message of the main timeline, wherever it stands, and lights it up for a moment.

import { useCallback, useEffect, useState } from "react";
import { t } from "../../i18n";
import { useClient } from "../app/context";

const FLASH_MS = 2_000;

/** `target`: the one that the address names. */
export function useJump(
  id: string,
  target: string | null,
  toRow: (key: string) => void,
): { flash: string | null; onJump: (message: string) => void } {
  const client = useClient();
  const [flash, setFlash] = useState<string | null>(null);

  const jump = useCallback(
    async (message: string) => {
      const found = await client.timelines.message(id, message);
      if (!found) return client.notices.show(t.message.unknownReply);
      const shown = () => client.store.getState().channels[id];
      if (!shown()?.main?.ids.includes(message)) await client.timelines.around(id, found.seq);
      // What was said in a thread stands elsewhere: then its neighbour here.
      const { main: loaded, messages: known } = shown() ?? { main: null, messages: {} };
      const near = loaded?.ids.find((each) => (known[each]?.seq ?? 0) >= found.seq) ?? loaded?.ids.at(-1);
      setFlash(near ?? message);
      toRow(near ?? message);
    },
    [client, id, toRow],
  );
  const onJump = useCallback(
    (message: string) => void jump(message).catch((error: unknown) => client.actions.failed(error)),
    [jump, client],
  );

  useEffect(() => {
    if (!target) return;
    const timer = setTimeout(() => onJump(target), 0);
    return () => clearTimeout(timer);
  }, [target, onJump]);

  useEffect(() => {
    if (!flash) return;
    const timer = setTimeout(() => setFlash(null), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flash]);

  useEffect(() => {
    const onMessage = (event: Event) => {
      const { channel, message } = (event as CustomEvent<{ channel: string; message: string }>).detail;
      if (channel === id) onJump(message);
    };
    addEventListener("loggia:jump", onMessage);
    return () => removeEventListener("loggia:jump", onMessage);
  }, [id, onJump]);

  return { flash, onJump };
}
