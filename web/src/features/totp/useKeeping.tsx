import { type ReactNode, useState } from "react";
import { totpTexts } from "../../i18n/totp";
import { ConfirmDialog } from "../../ui/Dialog";
import { useBackCloses } from "../../ui/popups";

interface Keeping {
  kept: boolean;
  setKept: (kept: boolean) => void;
  /** Closes, or asks first. */
  close: () => void;
  question: ReactNode;
}

/** Recovery codes that are shown are kept before the dialog closes, for they are told once. */
export function useKeeping(codes: readonly string[] | null, onClose: () => void): Keeping {
  const texts = totpTexts();
  const [kept, setKept] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const needed = codes !== null && !kept;
  const close = () => (needed ? setLeaving(true) : onClose());
  useBackCloses(needed && !leaving, close, { always: true });
  // Going back from the question is no answer to it.
  useBackCloses(leaving, () => setLeaving(false), { always: true });
  const question = leaving ? (
    <ConfirmDialog
      title={texts.unkeptTitle}
      text={texts.unkeptText}
      action={texts.unkeptAction}
      onConfirm={onClose}
      onClose={() => setLeaving(false)}
    />
  ) : null;
  return { kept, setKept, close, question };
}
