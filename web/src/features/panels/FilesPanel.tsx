// What was shared in a conversation: pictures beside each other, all else in rows, the newest first.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { fileUrl, thumbnailUrl } from "../../api/files";
import type { FileKind, SharedFile } from "../../api/types";
import { t } from "../../i18n";
import { sharedTexts } from "../../i18n/shared";
import { straight } from "../../lib/bidi";
import { onceLost } from "../../lib/focus";
import { fileSize } from "../../lib/size";
import { moment } from "../../lib/time";
import { EmptyState, FoundStatus, ListSkeleton } from "../../ui/bits";
import { Button, IconButton } from "../../ui/Button";
import { Failed } from "../../ui/Failed";
import { FileName } from "../../ui/FileName";
import { Icon } from "../../ui/Icon";
import { displayName } from "../../store/selectors";
import { useChannel, useSelect } from "../app/context";
import { visit } from "../app/route";
import { useView } from "../app/view";
import { isPicture } from "../files/Attachments";
import { saidOf, withDescription } from "../files/descriptions";
import { playableKind, Player } from "../files/Player";
import { useShared } from "../files/useShared";
import { PanelFrame } from "./PanelFrame";
import "../files/shared.css";

const PLAY = { path: "M6.5 4.5v11l9-5.5z" };
const KINDS: readonly (FileKind | "all")[] = ["all", "image", "video", "audio", "other"];

export default function FilesPanel({ channel }: { channel: string }) {
  const texts = sharedTexts();
  const [kind, setKind] = useState<FileKind | "all">("all");
  return (
    <PanelFrame title={t.channel.showFiles}>
      <div className="search-head">
        <div className="search-filters" role="group" aria-label={texts.filter}>
          {KINDS.map((each) => (
            <button
              key={each}
              type="button"
              className="search-filter"
              aria-pressed={each === kind}
              onClick={() => setKind(each)}
            >
              {texts[each]}
            </button>
          ))}
        </div>
      </div>
      <Files key={kind} channel={channel} kind={kind === "all" ? null : kind} />
    </PanelFrame>
  );
}

interface Row extends SharedFile {
  key: string;
}

/** What may be shown, each with a name of its own: a message may carry the same file twice. */
function shownOf(rows: readonly SharedFile[], blocked: Readonly<Record<string, true>>, from: number): Row[] {
  const times = new Map<string, number>();
  return rows
    .filter((row) => row.seq >= from && !blocked[row.sender])
    .map((row) => {
      const name = `${row.message}/${row.attachment.hash}`;
      const time = times.get(name) ?? 0;
      times.set(name, time + 1);
      return { ...row, key: `${name}/${String(time)}` };
    });
}

function Files({ channel, kind }: { channel: string; kind: FileKind | null }) {
  const texts = sharedTexts();
  const view = useView();
  const { listed, failed, retry, more } = useShared(channel, kind);
  const from = useChannel(channel)?.info.kept_from_seq ?? 0;
  const blocked = useSelect((state) => state.blocked);
  const [now] = useState(() => Date.now());
  const rows = useMemo(() => shownOf(listed?.rows ?? [], blocked, from), [listed, blocked, from]);
  const pictures = rows.filter((row) => isPicture(row.attachment));
  const open = (row: Row) => {
    const files = pictures.map(({ attachment }) => attachment);
    view.openDialog({ kind: "viewer", files, index: pictures.indexOf(row) });
  };
  const isEmpty = listed !== null && rows.length === 0 && listed.next === null;
  return (
    <div className="panel-body scroll" data-testid="files">
      <FoundStatus count={listed ? rows.length : null} more={Boolean(listed?.next)} />
      {!listed && failed ? <Failed onRetry={retry} /> : null}
      {!listed && !failed ? <ListSkeleton label={t.common.loading} /> : null}
      {isEmpty ? (
        <EmptyState title={kind ? texts.emptyKind : texts.empty}>{kind ? null : texts.emptyText}</EmptyState>
      ) : null}
      <ul className="shared" aria-label={t.channel.showFiles}>
        {rows.map((row) =>
          isPicture(row.attachment) ? (
            <Picture key={row.key} channel={channel} row={row} now={now} onOpen={() => open(row)} />
          ) : (
            <Other key={row.key} channel={channel} row={row} now={now} />
          ),
        )}
      </ul>
      {listed && listed.next !== null ? (
        <More key={listed.next} last={rows.at(-1)?.key ?? ""} more={more} />
      ) : null}
    </div>
  );
}

/** Comes by itself where one scrolls to it; whoever goes by keys, or was told that it failed, presses it. */
function More({ last, more }: { last: string; more: () => Promise<boolean> }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const place = button.current;
    if (!place) return;
    const seen = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void more();
      },
      { rootMargin: "400px" },
    );
    seen.observe(place);
    return () => seen.disconnect();
  }, [more]);
  // However the page came: whoever was here goes on with its first file.
  useLayoutEffect(() => {
    const place = button.current;
    return () => {
      if (place && place === document.activeElement) onceLost(() => firstAfter(last));
    };
  }, [last]);
  return (
    <Button wide variant="quiet" ref={button} onPress={() => void more()}>
      {t.directory.more}
    </Button>
  );
}

function firstAfter(last: string): HTMLElement | null | undefined {
  const entry = document.querySelector(`.panel [data-entry="${CSS.escape(last)}"]`);
  return (entry?.nextElementSibling ?? entry)?.querySelector<HTMLElement>("button, a");
}

interface EntryProps {
  channel: string;
  row: Row;
  now: number;
}

/** Who sent it, as one is told, and when. */
function useOrigin({ row, now }: Pick<EntryProps, "row" | "now">) {
  const user = useSelect((state) => state.users[row.sender]);
  const { imported } = row;
  const name = imported ? straight(imported.author) : displayName(user, row.sender);
  return { name, when: moment(imported?.ts ?? row.ts, now), file: straight(row.attachment.name) };
}

function Picture({ channel, row, now, onOpen }: EntryProps & { onOpen: () => void }) {
  const texts = sharedTexts();
  const { name, when, file } = useOrigin({ row, now });
  const [broken, setBroken] = useState(false);
  const { attachment } = row;
  return (
    <li className="shared-picture" data-entry={row.key}>
      <button
        type="button"
        className="shared-open"
        aria-label={withDescription(texts.openLabel(file, name, when), attachment)}
        title={file}
        onClick={onOpen}
      >
        {broken ? (
          <span className="truncate">{file}</span>
        ) : (
          <img
            src={thumbnailUrl(attachment.hash, 320)}
            alt={saidOf(attachment)}
            loading="lazy"
            decoding="async"
            onError={() => setBroken(true)}
          />
        )}
      </button>
      <span className="shared-jump">
        <IconButton
          icon="message"
          size="small"
          label={texts.jumpLabel(file, name, when)}
          onPress={() => visit(channel, row.message)}
        />
      </span>
    </li>
  );
}

function Other({ channel, row, now }: EntryProps) {
  const texts = sharedTexts();
  const { name, when, file } = useOrigin({ row, now });
  const { attachment } = row;
  const said = saidOf(attachment);
  const [playing, setPlaying] = useState(false);
  const [unplayable, setUnplayable] = useState(false);
  return (
    <li className="shared-file" data-entry={row.key}>
      {playableKind(attachment) ? (
        <IconButton
          icon={PLAY}
          size="small"
          label={texts.playLabel(file, name, when)}
          pressed={playing}
          onPress={() => setPlaying(!playing)}
        />
      ) : (
        <Icon name="file" />
      )}
      <div className="shared-told">
        <a href={fileUrl(attachment)} download={attachment.name}>
          <FileName name={attachment.name} />
        </a>
        <small className="truncate">
          {fileSize(attachment.size)} · {name} · {when}
        </small>
        {said ? <small className="truncate">{said}</small> : null}
      </div>
      <IconButton
        icon="message"
        size="small"
        label={texts.jumpLabel(file, name, when)}
        onPress={() => visit(channel, row.message)}
      />
      {playing ? (
        <div className="shared-player">
          {unplayable ? (
            <p role="status">{texts.unplayable}</p>
          ) : (
            <Player file={attachment} begun onError={() => setUnplayable(true)} />
          )}
        </div>
      ) : null}
    </li>
  );
}
