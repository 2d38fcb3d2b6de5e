// The files that are going to be sent, below the text: how far each is, and a way to leave it out.

import { useState } from "react";
import type { ApiError } from "../../api/http";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { fileSize } from "../../lib/size";
import { IconButton } from "../../ui/Button";
import { problemText } from "../client/problems";
import { newsOf } from "./news";
import { Preview } from "./Preview";
import { TOO_LARGE, type Chip } from "./uploads";
import type { Attaching } from "./useAttaching";

interface ChipsProps {
  attaching: Attaching;
  /** One was left out: the button that did it is gone. */
  onRemoved: () => void;
}

export function Chips({ attaching, onRemoved }: ChipsProps) {
  const { chips } = attaching;
  const [known, setKnown] = useState(chips);
  const [news, setNews] = useState("");
  if (known !== chips) {
    setKnown(chips);
    const said = newsOf(known, chips);
    if (said) setNews(said);
  }
  const removed = (name: string) => {
    setNews(spokenTexts().leftOut(name));
    onRemoved();
  };
  return (
    <>
      <p className="visually-hidden" role="status" data-testid="upload-status">
        {news}
      </p>
      {chips.length === 0 ? null : (
        <ul className="file-chips" aria-label={t.files.attached}>
          {chips.map((chip) => (
            <FileChip
              key={chip.key}
              chip={chip}
              attaching={attaching}
              onRemoved={() => removed(chip.file.name)}
            />
          ))}
        </ul>
      )}
    </>
  );
}

/** The same code says of messages that they are too long. */
function refusal(error: ApiError, largest: number | undefined): string {
  if (error.code !== TOO_LARGE) return problemText(error);
  return largest === undefined ? t.files.tooLarge : t.files.largerThan(fileSize(largest));
}

function FileChip({ chip, attaching, onRemoved }: { chip: Chip } & ChipsProps) {
  const { uploads, largest } = attaching;
  const { name, size } = chip.file;
  const percent = Math.round(chip.progress * 100);
  return (
    <li className="file-chip" data-failed={chip.error ? "" : undefined} data-testid="chip">
      <Preview file={chip.file} uploaded={chip.uploaded} />
      <span className="chip-main">
        <span className="truncate">{name}</span>
        {chip.error ? (
          <span className="chip-note" role="alert">
            {refusal(chip.error, largest)}
          </span>
        ) : chip.uploaded ? (
          <span className="chip-note">{fileSize(size)}</span>
        ) : (
          <progress max={100} value={percent} aria-label={t.files.uploading(name)} />
        )}
      </span>
      {chip.error && chip.error.code !== TOO_LARGE ? (
        <IconButton
          icon="retry"
          size="small"
          label={t.files.retry(name)}
          onPress={() => uploads.retry(chip.key)}
        />
      ) : null}
      <IconButton
        icon="close"
        size="small"
        label={t.files.leaveOut(name)}
        onPress={() => {
          uploads.remove(chip.key);
          onRemoved();
        }}
      />
    </li>
  );
}
