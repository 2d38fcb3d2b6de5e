// What is to be seen or heard in a file that is going to be sent, said for who can't.

import { type KeyboardEvent, useEffect, useState, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { descriptionTexts } from "../../i18n/descriptions";
import { straight } from "../../lib/bidi";
import { commanded, composing } from "../../lib/keys";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useClient, useSelect } from "../app/context";
import { charsOf, written } from "./descriptions";
import { Preview } from "./Preview";
import type { Chip } from "./uploads";

const CHARS_DEFAULT = 1_000;
/** From here on it is told how many are left. */
const NEAR_CHARS = 100;

interface DescribeProps {
  /** Whose draft the file is in. */
  place: string;
  /** The key of its chip. */
  file: string;
  onClose: () => void;
}

export function Describe({ place, file, onClose }: DescribeProps) {
  const { unfinished } = useClient();
  const uploads = unfinished.uploads(place);
  const chip = useSyncExternalStore(uploads.subscribe, uploads.get).find(({ key }) => key === file);
  const gone = !chip;
  // Sent meanwhile, or one came here by Forward.
  useEffect(() => {
    if (gone) onClose();
  }, [gone, onClose]);
  if (!chip) return null;
  const save = (text: string) => {
    uploads.describe(file, text);
    onClose();
  };
  return <DescribeForm chip={chip} onSave={save} onClose={onClose} />;
}

interface FormProps {
  chip: Chip;
  onSave: (text: string) => void;
  onClose: () => void;
}

function DescribeForm({ chip, onSave, onClose }: FormProps) {
  const texts = descriptionTexts();
  const limit = useSelect((state) => state.server?.limits?.["attachment_description_chars"]) ?? CHARS_DEFAULT;
  const [text, setText] = useState(chip.description ?? "");
  const left = limit - charsOf(written(text));
  const near = left <= NEAR_CHARS ? (left < 0 ? texts.tooLong(-left) : texts.left(left)) : "";
  const save = () => {
    if (left >= 0) onSave(written(text));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !commanded(event) || composing(event.nativeEvent)) return;
    event.preventDefault();
    save();
  };
  return (
    <Dialog
      title={texts.describeFile(straight(chip.file.name))}
      onClose={onClose}
      width={480}
      testId="describe"
    >
      <form
        className="form"
        onKeyDown={onKeyDown}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Preview file={chip.file} uploaded={chip.uploaded} large />
        <Field
          label={texts.label}
          hint={
            <>
              {/^image/.test(chip.file.type) ? texts.picture : texts.recording}
              {near && left >= 0 ? <strong className="characters-left">{near}</strong> : null}
            </>
          }
          error={left < 0 ? near : undefined}
          rows={4}
          value={text}
          onChange={setText}
          autoFocus
        />
        <p className="visually-hidden" role="status">
          {near}
        </p>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button type="submit" variant="primary" isDisabled={left < 0}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
