import { useState } from "react";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { GrowingText } from "../../ui/GrowingText";

interface EditBoxProps {
  text: string;
  onSave: (text: string) => Promise<void>;
  onCancel: () => void;
}

export function EditBox({ text: original, onSave, onCancel }: EditBoxProps) {
  const [text, setText] = useState(original);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    if (text.trim() === "" || busy) return;
    setBusy(true);
    await onSave(text.trim());
    setBusy(false);
  };
  return (
    <div className="edit-box">
      <GrowingText
        label={t.message.editLabel}
        value={text}
        onChange={setText}
        autoFocus
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          } else if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <div className="edit-foot">
        <span>{t.message.editHint}</span>
        <Button size="small" variant="quiet" onPress={onCancel}>
          {t.common.cancel}
        </Button>
        <Button
          size="small"
          variant="primary"
          isDisabled={busy || text.trim() === ""}
          onPress={() => void save()}
        >
          {t.common.save}
        </Button>
      </div>
    </div>
  );
}
