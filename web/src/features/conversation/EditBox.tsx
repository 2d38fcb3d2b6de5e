import { useEffect, useId, useRef, useState } from "react";
import { t } from "../../i18n";
import { onceLost } from "../../lib/focus";
import { composing, sends } from "../../lib/keys";
import { Button } from "../../ui/Button";
import { GrowingText } from "../../ui/GrowingText";
import { useClient } from "../app/context";
import { copy } from "../client/copy";
import { useWriting } from "../composer/useWriting";

interface EditBoxProps {
  channel: string;
  /** The message. */
  id: string;
  text: string;
  /** It has files: then it need not say anything. */
  files: boolean;
  /** True when it was taken. */
  onSave: (text: string) => Promise<boolean>;
  onDone: () => void;
  /** Nothing is left of it. */
  onRemove: () => void;
}

export function EditBox(props: EditBoxProps) {
  const { channel, id, text: original, files, onSave, onDone, onRemove } = props;
  const { unfinished } = useClient();
  const box = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  // Who looks elsewhere, or scrolls away, finds it as it was.
  const [text, setText] = useState(() => unfinished.editText(id) ?? original);
  const [busy, setBusy] = useState(false);
  const emptied = text.trim() === "" && !files;
  const change = (next: string) => {
    setText(next);
    unfinished.keepEditText(id, next);
  };
  const writing = useWriting({ channel, box, text, onChange: change, commands: false });
  const done = () => {
    unfinished.keepEditText(id, null);
    onDone();
  };
  const save = async () => {
    if (busy) return;
    if (emptied) {
      done();
      // Once this box is gone: after the dialog the focus is where it was before, and that must still be there.
      return void requestAnimationFrame(onRemove);
    }
    setBusy(true);
    const saved = text.trim();
    // What was typed meanwhile is still to be saved.
    if ((saved === original || (await onSave(saved))) && (unfinished.editText(id) ?? text).trim() === saved)
      done();
    setBusy(false);
  };
  return (
    <div className="edit-box">
      {writing.suggestions}
      {writing.bar}
      <GrowingText
        label={t.message.editLabel}
        ref={box}
        {...writing.field}
        describedBy={hint}
        autoFocus
        onKeyDown={(event) => {
          if (composing(event.nativeEvent) || writing.onKey(event)) return;
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
        <span id={hint}>{emptied ? t.message.emptiedHint : t.message.editHint}</span>
        {writing.toggle}
        <Button size="small" variant="quiet" onPress={done}>
          {t.common.cancel}
        </Button>
        <Button
          size="small"
          variant={emptied ? "danger" : "primary"}
          isDisabled={busy}
          onPress={() => void save()}
        >
          {emptied ? t.message.remove : t.common.save}
        </Button>
      </div>
    </div>
  );
}

/** What one was writing into a message that was deleted meanwhile, to be taken elsewhere. */
export function LostEdit({ id, onDone }: Pick<EditBoxProps, "id" | "onDone">) {
  const client = useClient();
  const own = useRef<HTMLDivElement>(null);
  const text = client.unfinished.editText(id)?.trim() ?? "";
  const toRow = () => {
    const row = own.current?.closest<HTMLElement>("article");
    onceLost(() => row);
  };
  // What one wrote in is gone. Not to a button: whoever types on would press it.
  useEffect(toRow, []);
  if (text === "") return null;
  const done = () => {
    client.unfinished.keepEditText(id, null);
    toRow();
    onDone();
  };
  return (
    <div ref={own} className="edit-box" data-testid="lost-edit">
      <p role="status">{t.entering.lostEdit}</p>
      <p className="plain">{text}</p>
      <div className="edit-foot">
        <Button size="small" variant="quiet" onPress={done}>
          {t.common.dismiss}
        </Button>
        <Button size="small" onPress={() => void copy(client, text)}>
          {t.message.copyText}
        </Button>
      </div>
    </div>
  );
}
