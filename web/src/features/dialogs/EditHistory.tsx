import { useEffect, useState } from "react";
import { list_edits } from "../../api/operations";
import type { EditVersion } from "../../api/types";
import { t } from "../../i18n";
import { fullTime, isoTime } from "../../lib/time";
import { ListSkeleton } from "../../ui/bits";
import { Dialog } from "../../ui/Dialog";
import { Markdown } from "../../ui/markdown/Markdown";
import { useSelect } from "../app/context";
import { problemText } from "../client/problems";

interface EditHistoryProps {
  channel: string;
  message: string;
  onClose: () => void;
}

/** More than anybody reads, however often a message was edited. */
const PAGES_MAX = 10;

async function everyVersion(channel: string, message: string): Promise<EditVersion[]> {
  const all: EditVersion[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const { edits, next } = await list_edits(channel, message, cursor ? { cursor } : {});
    all.push(...edits);
    if (!next) break;
    cursor = next;
  }
  return all;
}

/** Every version of a message, the one in force first. */
export function EditHistory({ channel, message, onClose }: EditHistoryProps) {
  // An edit that comes while the dialog is open is fetched too.
  const editedTs = useSelect((state) => state.channels[channel]?.messages[message]?.edited_ts);
  const [versions, setVersions] = useState<EditVersion[] | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    everyVersion(channel, message).then(
      (all) => current && setVersions(all.toReversed()),
      (error: unknown) => current && setFailed(error),
    );
    return () => {
      current = false;
    };
  }, [channel, message, editedTs]);

  return (
    <Dialog title={t.message.history} onClose={onClose} width={560} testId="history">
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {!versions && !failed ? <ListSkeleton label={t.common.loading} rows={3} /> : null}
      <ol className="versions">
        {versions?.map((version, index) => (
          <li key={version.seq} data-testid="version">
            <p className="version-when">
              <time dateTime={isoTime(version.ts)}>{fullTime(version.ts)}</time>
              {index === 0 ? <span className="tag">{t.message.versionNow}</span> : null}
              {index === versions.length - 1 ? <span className="tag">{t.message.versionFirst}</span> : null}
            </p>
            <Markdown text={version.text} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
