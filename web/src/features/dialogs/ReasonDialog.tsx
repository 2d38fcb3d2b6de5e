import { type ReactNode, useState } from "react";
import { adminTexts } from "../../i18n/admin";
import { ConfirmDialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";

/** As the server limits it. */
const REASON_MAX = 500;

interface ReasonDialogProps {
  title: string;
  text: ReactNode;
  action: string;
  /** Where the reason will stand. */
  hint: string;
  onConfirm: (reason: string) => void;
  onClose: () => void;
}

/** Asks once more before something is done to others, and why it is done. */
export function ReasonDialog({ text, hint, onConfirm, ...props }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      {...props}
      text={
        <div className="form">
          {text}
          <ReasonField hint={hint} value={reason} onChange={setReason} />
        </div>
      }
      onConfirm={() => onConfirm(reason)}
    />
  );
}

interface ReasonFieldProps {
  hint: string;
  value: string;
  onChange: (value: string) => void;
}

export function ReasonField({ hint, value, onChange }: ReasonFieldProps) {
  return (
    <Field label={adminTexts().reason} hint={hint} value={value} onChange={onChange} maxLength={REASON_MAX} />
  );
}
