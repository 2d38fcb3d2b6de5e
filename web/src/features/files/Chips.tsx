// The files that are going to be sent, below the text.

import { Suspense, useState } from "react";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { Boundary } from "../../ui/Boundary";
import { Failed } from "../../ui/Failed";
import { later } from "../../ui/later";
import { newsOf } from "./news";
import type { Attaching } from "./useAttaching";

const FileChip = later(() => import("./FileChip"), { soon: true });

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
        <Boundary fallback={(retry) => <Failed onRetry={retry} />}>
          <Suspense fallback={null}>
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
          </Suspense>
        </Boundary>
      )}
    </>
  );
}
