import { useState } from "react";
import { t } from "../../i18n";
import { composing, sends } from "../../lib/keys";
import { Button } from "../../ui/Button";
import { GrowingText } from "../../ui/GrowingText";
import { useClient } from "../app/context";

interface EditBoxProps {
  /** The message. */
  id: string;
  text: string;
  /** True when it was taken. */
  onSave: (text: string) => Promise<boolean>;
  onDone: () => void;
}

export function EditBox({ id, text: original, onSave, onDone }: EditBoxProps) {
  const { unfinished } = useClient();
  // Who looks elsewhere, or scrolls away, finds it as it was.
  const [text, setText] = useState(() => unfinished.editText(id) ?? original);
  const [busy, setBusy] = useState(false);
  const done = () => {
    unfinished.keepEditText(id, null);
    onDone();
  };
  const save = async () => {
    if (text.trim() === "" || busy) return;
    setBusy(true);
    if (text.trim() === original || (await onSave(text.trim()))) done();
    setBusy(false);
  };
  return (
    <div className="edit-box">
      <GrowingText
        label={t.message.editLabel}
        value={text}
        onChange={(next) => {
          setText(next);
          unfinished.keepEditText(id, next);
        }}
        autoFocus
        onKeyDown={(event) => {
          if (composing(event.nativeEvent)) return;
          if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            done();
          } else if (sends(event)) {
            event.preventDefault();
            void save();
          }
        }}
      />
      <div className="edit-foot">
        <span>{t.message.editHint}</span>
        <Button size="small" variant="quiet" onPress={done}>
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
