// Leads to a message of the channel, wherever it stands, and lights it up for a moment: in the main timeline, or in
// its thread, which is opened.

import { useCallback, useEffect, useState } from "react";
import { t } from "../../i18n";
import { focusSoon } from "../../lib/focus";
import { useClient } from "../app/context";
import { parseRoute } from "../app/route";
import { useView } from "../app/view";

const FLASH_MS = 2_000;

interface Ways {
  toRow: (key: string) => void;
  reveal: (message: string) => void;
  /** Before one is led to what the address names. */
  remember: (message: string) => void;
  present: () => void;
}

/** `target`: the one that the address names. */
export function useJump(
  id: string,
  target: string | null,
  { toRow, reveal, remember, present }: Ways,
): { flash: string | null; onJump: (message: string) => void } {
  const client = useClient();
  const { setPanel } = useView();
  const { flash, light } = useFlash();

  const jump = useCallback(
    async (message: string, named: boolean) => {
      const route = () => parseRoute(location.hash);
      // Who went elsewhere meanwhile is not followed.
      const here = () => route().channel === id && (!named || route().message === message);
      const found = await client.timelines.message(id, message);
      if (!here()) return;
      if (!found) return client.notices.show(t.message.unknownReply);
      if (found.thread) {
        const reply = { id: message, seq: found.seq };
        return setPanel({ kind: "thread", channel: id, root: found.thread, target: reply });
      }
      // Where a panel lies over the conversation, it would hide what is led to.
      if (!matchMedia("(min-width: 1200px)").matches) setPanel(null);
      const shown = () => client.store.getState().channels[id];
      if (named) remember(message);
      if (!shown()?.main?.ids.includes(message)) {
        await client.timelines.around(id, found.seq);
        // Back was faster: what is loaded now is not where one is.
        if (!here() && route().channel === id && !route().message) return present();
      }
      if (!here()) return;
      // One that is not in the page after all, because it is gone: then its neighbour.
      const { main: loaded, messages: known } = shown() ?? { main: null, messages: {} };
      const near = loaded?.ids.find((each) => (known[each]?.seq ?? 0) >= found.seq) ?? loaded?.ids.at(-1);
      reveal(near ?? message);
      light(near ?? message);
      toRow(near ?? message);
      arrive(near ?? message, "#messages");
    },
    [client, id, toRow, reveal, remember, present, setPanel, light],
  );
  const onJump = useCallback(
    (message: string, named = false) =>
      void jump(message, named).catch((error: unknown) => client.actions.failed(error)),
    [jump, client],
  );

  useEffect(() => {
    if (!target) return;
    const timer = setTimeout(() => onJump(target, true), 0);
    return () => clearTimeout(timer);
  }, [target, onJump]);

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

/** Keys go on at what one was led to, and who listens hears it; unless one is writing already. */
export function arrive(message: string, within: string): void {
  const { activeElement: at } = document;
  if (at instanceof HTMLTextAreaElement && at.value !== "" && at.closest(".conversation, .thread")) return;
  focusSoon(() => document.querySelector<HTMLElement>(`${within} article[data-id="${CSS.escape(message)}"]`));
}

/** What is lit up, and how to light something up for a moment. */
export function useFlash(): { flash: string | null; light: (message: string) => void } {
  const [flash, light] = useState<string | null>(null);
  useEffect(() => {
    if (!flash) return;
    const timer = setTimeout(() => light(null), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flash]);
  return { flash, light };
}
