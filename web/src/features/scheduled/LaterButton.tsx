import { Suspense, useState } from "react";
import type { Preview } from "../../api/previews";
import { scheduledTexts } from "../../i18n/scheduled";
import { timesTexts } from "../../i18n/times";
import { clockTime } from "../../lib/time";
import { Boundary } from "../../ui/Boundary";
import { IconButton } from "../../ui/Button";
import { later } from "../../ui/later";
import { Menu } from "../../ui/Menu";
import { useClient } from "../app/context";
import { parseCommand } from "../composer/commands";
import type { Uploads } from "../files/uploads";
import { begins, presets } from "../times/times";
import { DAYS_MAX, Scheduling } from "./sending";
import "./scheduled.css";

const WhenDialog = later(() => import("../times/WhenDialog"));

export interface Draft {
  channel: string;
  place: string;
  replyTo: string | null | undefined;
  text: string;
  uploads: Uploads;
  previews: (text: string) => readonly Preview[];
  /** There is something, and nothing is in its way. */
  ready: boolean;
  /** Empties the box. */
  clear: () => void;
  onReplyDone: (() => void) | undefined;
  onKept: (send_ts: number) => void;
}

/** Chooses when what is written is sent. */
export default function LaterButton(draft: Draft) {
  const texts = scheduledTexts();
  const times = timesTexts();
  const [now, setNow] = useState(() => Date.now());
  const [choosing, setChoosing] = useState(false);
  const { busy, keep } = useKeeping(draft);
  const items = presets(now, ["hour", "tomorrow", "monday"]).map(({ id, ts }) => ({
    id,
    label: times[id](clockTime(ts)),
    onAction: () => void keep(ts),
  }));
  return (
    <>
      <span className="later-button">
        <Menu
          label={texts.menu}
          trigger={
            <IconButton icon="clock" size="small" label={texts.menu} isDisabled={!draft.ready || busy} />
          }
          items={[
            ...items,
            null,
            { id: "choose", label: times.choose, icon: "edit", onAction: () => setChoosing(true) },
          ]}
          onOpenChange={(open) => open && setNow(Date.now())}
        />
      </span>
      {choosing ? (
        <Boundary fallback={null} onFail={() => setChoosing(false)}>
          <Suspense>
            <WhenDialog
              title={texts.chooseTitle}
              action={texts.schedule}
              ts={begins(now)}
              days={DAYS_MAX}
              onSubmit={({ ts }) => keep(ts)}
              onClose={() => setChoosing(false)}
            />
          </Suspense>
        </Boundary>
      ) : null}
    </>
  );
}

function useKeeping(draft: Draft) {
  const { channel, place, replyTo, text, uploads, previews, onKept } = draft;
  const client = useClient();
  const [scheduling] = useState(() => new Scheduling());
  const [busy, setBusy] = useState(false);
  const keep = async (ts: number): Promise<boolean> => {
    const typed = text.trim();
    const files = uploads.there();
    const command = files.length > 0 ? null : parseCommand(typed, client.store.getState().me?.server ?? "");
    if (command && command.kind !== "say") {
      client.notices.show(scheduledTexts().notCommands);
      return false;
    }
    setBusy(true);
    const written = {
      channel,
      text: command?.text ?? typed,
      reply_to: replyTo ?? null,
      thread: place === channel ? null : place.slice(channel.length + 1),
      attachments: files,
      previews: command ? [] : previews(typed),
    };
    const kept = await scheduling.keep(client, written, ts);
    setBusy(false);
    if (!kept) return false;
    // What was written meanwhile stays.
    if (uploads.there().length === files.length) uploads.take();
    if (client.draft(place) === text) draft.clear();
    draft.onReplyDone?.();
    onKept(ts);
    return true;
  };
  return { busy, keep };
}
