// Asks once more before an administrator deletes a message: for everybody, or where that is out of this server's reach
// from this server alone.

import { type ReactNode, useRef, useState } from "react";
import { t } from "../../i18n";
import { adminTexts } from "../../i18n/admin";
import { retentionTexts } from "../../i18n/retention";
import { ConfirmDialog } from "../../ui/Dialog";
import { useClient } from "../app/context";
import { ReasonField } from "./ReasonDialog";
import { useOpen } from "./useOpen";
import type { Removed } from "./removal";

interface RemovalDialogProps {
  quote: ReactNode;
  /** As far as it is known before it is tried. */
  outOfReach: boolean;
  onRemove: (reason: string, onlyHere: boolean) => Promise<Removed>;
  onClose: () => void;
}

export function RemovalDialog({ quote, outOfReach, onRemove, onClose }: RemovalDialogProps) {
  const client = useClient();
  const texts = retentionTexts();
  const [onlyHere, setOnlyHere] = useState(outOfReach);
  const [reason, setReason] = useState("");
  const busy = useRef(false);
  const isOpen = useOpen();

  const remove = async () => {
    if (busy.current) return;
    busy.current = true;
    const removed = await onRemove(reason, onlyHere);
    busy.current = false;
    if (removed !== "out_of_reach") {
      if (isOpen()) onClose();
    } else if (isOpen()) setOnlyHere(true);
    else client.notices.show(t.problems.out_of_reach);
  };

  return (
    <ConfirmDialog
      // What is offered instead is asked anew, with the focus where nothing happens yet.
      key={String(onlyHere)}
      title={t.message.removeTitle}
      text={
        <div className="form">
          {onlyHere ? (
            <>
              <p>{texts.outOfReach}</p>
              <p>{texts.onlyHereText}</p>
            </>
          ) : (
            <p>{adminTexts().removeText}</p>
          )}
          {quote}
          <ReasonField
            hint={onlyHere ? adminTexts().recordHint : adminTexts().reasonHint}
            value={reason}
            onChange={setReason}
          />
        </div>
      }
      action={onlyHere ? texts.onlyHere : t.message.remove}
      onConfirm={() => void remove()}
      onClose={onClose}
      goesOn
    />
  );
}
