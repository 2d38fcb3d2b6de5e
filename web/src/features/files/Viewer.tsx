// A picture by itself, as large as the window lets it be; arrows lead to the message's others.

import { useEffect, useEffectEvent, useState } from "react";
import { fileUrl } from "../../api/files";
import type { Attachment } from "../../api/types";
import { t } from "../../i18n";
import { descriptionTexts } from "../../i18n/descriptions";
import { straight } from "../../lib/bidi";
import { Dialog } from "../../ui/Dialog";
import { IconButton } from "../../ui/Button";
import { saidOf } from "./descriptions";
import { useSwipe } from "./useSwipe";

interface ViewerProps {
  files: readonly Attachment[];
  index: number;
  onClose: () => void;
}

export function Viewer({ files, index, onClose }: ViewerProps) {
  const [at, setAt] = useState(index);
  const file = files[at];
  const step = (by: number) => setAt((at + by + files.length) % files.length);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (files.length < 2 || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(event.key === "ArrowRight" ? 1 : -1);
  });
  // Wherever in the dialog the focus is; before the dialog keeps the key to itself.
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listen, { capture: true });
    return () => document.removeEventListener("keydown", listen, { capture: true });
  }, []);
  const swipe = useSwipe((by) => files.length > 1 && step(by));
  if (!file) return null;
  return (
    <Dialog title={straight(file.name)} onClose={onClose} width={1200} testId="viewer">
      <div className="viewer" {...swipe}>
        <img src={fileUrl(file)} alt={file.name} width={file.width} height={file.height} />
        {files.some((each) => saidOf(each) !== "") ? (
          // There from the start, so that what is said of the next one is heard, too.
          <div className="viewer-told" role="group" aria-label={descriptionTexts().label} aria-live="polite">
            {saidOf(file) === "" ? null : (
              // Reached by Tab: a long one is scrolled there.
              <p key={at} className="description scroll" dir="auto" tabIndex={0}>
                {straight(file.description ?? "")}
              </p>
            )}
          </div>
        ) : null}
        <div className="viewer-foot">
          {files.length > 1 ? (
            <>
              <IconButton icon="back" label={t.files.previous} onPress={() => step(-1)} />
              <span role="status">{t.files.place(at + 1, files.length)}</span>
              <IconButton icon="forward" label={t.files.next} onPress={() => step(1)} />
            </>
          ) : null}
          <a href={fileUrl(file)} download={file.name}>
            {t.files.download}
          </a>
        </div>
      </div>
    </Dialog>
  );
}
