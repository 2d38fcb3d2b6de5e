// Each file that is going to be sent: how far it is, and what can be done with it.

import { useId } from "react";
import type { ApiError } from "../../api/http";
import { t } from "../../i18n";
import { descriptionTexts } from "../../i18n/descriptions";
import { fileSize } from "../../lib/size";
import { Button, IconButton } from "../../ui/Button";
import { FileName } from "../../ui/FileName";
import { useView } from "../app/view";
import { problemText } from "../client/problems";
import { Listen } from "../recording/Listen";
import { isDescribable } from "./descriptions";
import { Preview } from "./Preview";
import { TOO_LARGE, type Chip } from "./uploads";
import type { Attaching } from "./useAttaching";

interface FileChipProps {
  chip: Chip;
  attaching: Attaching;
  onRemoved: () => void;
}

/** The same code says of messages that they are too long. */
function refusal(error: ApiError, largest: number | undefined): string {
  if (error.code !== TOO_LARGE) return problemText(error);
  return largest === undefined ? t.files.tooLarge : t.files.largerThan(fileSize(largest));
}

/** That something is said of it. */
function Mark({ id, chip }: { id: string; chip: Chip }) {
  if (!chip.description) return null;
  const { mark, marked } = descriptionTexts();
  return (
    <span id={id} className="tag" title={chip.description} data-testid="described">
      <span aria-hidden="true">{mark}</span>
      <span className="visually-hidden">{marked}</span>
    </span>
  );
}

interface DescribingProps {
  chip: Chip;
  attaching: Attaching;
  /** The id of what says that it is described. */
  mark: string;
}

function Describing({ chip, attaching, mark }: DescribingProps) {
  const { openDialog } = useView();
  const { describe, describeFile } = descriptionTexts();
  return (
    <Button
      size="small"
      variant="quiet"
      aria-label={describeFile(chip.file.name)}
      {...(chip.description ? { "aria-describedby": mark } : {})}
      onPress={() => {
        // It is not as it is to go yet.
        attaching.uploads.stopWaiting();
        openDialog({ kind: "describe", place: attaching.place, file: chip.key });
      }}
    >
      {describe}
    </Button>
  );
}

export default function FileChip({ chip, attaching, onRemoved }: FileChipProps) {
  const { uploads, largest } = attaching;
  const { name, size } = chip.file;
  const mark = useId();
  const percent = Math.round(chip.progress * 100);
  return (
    <li className="file-chip" data-failed={chip.error ? "" : undefined} data-testid="chip">
      <Preview file={chip.file} uploaded={chip.uploaded} />
      <span className="chip-main">
        <FileName name={name} />
        {chip.error ? (
          <span className="chip-note" role="alert">
            {refusal(chip.error, largest)}
          </span>
        ) : (
          <span className="chip-note chip-state">
            {chip.uploaded ? (
              fileSize(size)
            ) : (
              <progress max={100} value={percent} aria-label={t.files.uploading(name)} />
            )}
            <Mark id={mark} chip={chip} />
          </span>
        )}
      </span>
      {chip.uploaded && chip.file.type.startsWith("audio/") ? <Listen uploaded={chip.uploaded} /> : null}
      {!chip.error && isDescribable(chip.file.type) ? (
        <Describing chip={chip} attaching={attaching} mark={mark} />
      ) : null}
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
