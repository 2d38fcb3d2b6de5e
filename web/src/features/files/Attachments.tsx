// What a message carries: pictures in boxes that are there before they are, films and sound, all else to download.

import { useState } from "react";

import { fileUrl, thumbnailUrl } from "../../api/files";
import type { Attachment, Message } from "../../api/types";
import { t } from "../../i18n";
import { descriptionTexts } from "../../i18n/descriptions";
import { straight } from "../../lib/bidi";
import { fileSize } from "../../lib/size";
import { FileName } from "../../ui/FileName";
import { Icon } from "../../ui/Icon";
import { useStop } from "../../ui/stops";
import { useView } from "../app/view";
import { saidOf, withDescription } from "./descriptions";
import { isPictureType } from "./pictures";
import { playableKind, Player } from "./Player";
import { ImportedReactions } from "./Provenance";

const BOX_WIDTH = 420;
const BOX_HEIGHT = 320;

export const isPicture = (file: Attachment): boolean =>
  isPictureType(file.media_type) && Boolean(file.width && file.height);

interface AttachmentsProps {
  files: readonly Attachment[];
  imported?: Message["imported"];
}

export function Attachments({ files, imported }: AttachmentsProps) {
  return (
    <>
      {files.length > 0 && <Files files={files} />}
      <ImportedReactions of={imported} />
    </>
  );
}

function Files({ files }: { files: readonly Attachment[] }) {
  const view = useView();
  const pictures = files.filter(isPicture);
  const rest = files.filter((file) => !isPicture(file));
  return (
    <div className="attachments" data-testid="attachments">
      {pictures.map((file, index) => (
        <Picture
          key={`${file.hash}/${file.name}`}
          file={file}
          onOpen={() => view.openDialog({ kind: "viewer", files: pictures, index })}
        />
      ))}
      {rest.map((file) => (
        <Told key={`${file.hash}/${file.name}`} file={file} />
      ))}
    </div>
  );
}

function Picture({ file, onOpen }: { file: Attachment; onOpen: () => void }) {
  const { width = 1, height = 1 } = file;
  const scale = Math.min(1, BOX_WIDTH / width, BOX_HEIGHT / height);
  // A moving picture moves only as it is.
  const source = file.media_type === "image/gif" ? fileUrl(file) : thumbnailUrl(file.hash, 640);
  const box = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  // The server that has it may be away: one click tries again.
  const [broken, setBroken] = useState(false);
  const stop = useStop();
  if (broken) {
    const said = saidOf(file);
    return (
      <button
        type="button"
        className="attachment-picture"
        tabIndex={stop}
        style={{ maxWidth: "100%", minWidth: box.width, minHeight: box.height }}
        onClick={() => setBroken(false)}
      >
        {t.files.retry(straight(file.name))}
        {said ? <span className="attachment-instead">{said}</span> : null}
      </button>
    );
  }
  return (
    <button
      type="button"
      className="attachment-picture"
      tabIndex={stop}
      aria-label={withDescription(t.files.open(straight(file.name)), file)}
      onClick={onOpen}
    >
      <img
        src={source}
        alt={saidOf(file)}
        loading="lazy"
        decoding="async"
        onError={() => setBroken(true)}
        {...box}
      />
    </button>
  );
}

/** With what is said of it, folded, as it may be long. */
function Told({ file }: { file: Attachment }) {
  const stop = useStop();
  if (saidOf(file) === "") return <Other file={file} />;
  return (
    <div className="attachment-told">
      <Other file={file} />
      <details>
        <summary tabIndex={stop}>{descriptionTexts().label}</summary>
        <p className="description" dir="auto">
          {straight(file.description ?? "")}
        </p>
      </details>
    </div>
  );
}

function Other({ file }: { file: Attachment }) {
  // Browsers differ in what they play. What this one can't is there to be downloaded.
  const [unplayable, setUnplayable] = useState(false);
  const stop = useStop();
  const kind = unplayable ? null : playableKind(file);
  if (kind) {
    const player = <Player file={file} onError={() => setUnplayable(true)} />;
    if (kind === "film") return player;
    return (
      <figure className="attachment-sound">
        <figcaption>
          <FileName name={file.name} />
        </figcaption>
        {player}
      </figure>
    );
  }
  return (
    <a className="attachment-file" tabIndex={stop} href={fileUrl(file)} download={file.name}>
      <Icon name="file" />
      <span className="chip-main">
        <FileName name={file.name} />
        <span className="chip-note">{fileSize(file.size)}</span>
      </span>
      <Icon name="down" />
    </a>
  );
}
