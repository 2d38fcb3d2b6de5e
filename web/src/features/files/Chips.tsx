// The files that are going to be sent, below the text: how far each is, and a way to leave it out.

import { t } from "../../i18n";
import { fileSize } from "../../lib/size";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { problemText } from "../client/problems";
import type { Chip, Uploads } from "./useUploads";

export function Chips({ uploads }: { uploads: Uploads }) {
  if (uploads.chips.length === 0) return null;
  return (
    <ul className="chips" aria-label={t.files.attached}>
      {uploads.chips.map((chip) => (
        <FileChip key={chip.key} chip={chip} uploads={uploads} />
      ))}
    </ul>
  );
}

function FileChip({ chip, uploads }: { chip: Chip; uploads: Uploads }) {
  const { name, size } = chip.file;
  const percent = Math.round(chip.progress * 100);
  return (
    <li className="chip" data-failed={chip.error ? "" : undefined} data-testid="chip">
      <Icon name="file" />
      <span className="chip-main">
        <span className="truncate">{name}</span>
        {chip.error ? (
          <span className="chip-note" role="alert">
            {problemText(chip.error)}
          </span>
        ) : chip.uploaded ? (
          <span className="chip-note">{fileSize(size)}</span>
        ) : (
          <progress max={100} value={percent} aria-label={t.files.uploading(name)} />
        )}
      </span>
      {chip.error ? (
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
        onPress={() => uploads.remove(chip.key)}
      />
    </li>
  );
}
