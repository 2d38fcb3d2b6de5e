import { useState } from "react";
import { t } from "../../i18n";
import { newNonce } from "../../lib/ids";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useArrangement } from "../sidebar/arrangement";
import { addSection, renameSection, SECTION_NAME_MAX } from "../sidebar/sections";

interface SectionNameProps {
  /** The one to rename; a new one without it. */
  section: string | null;
  /** What goes into the new one. */
  channel: string | null;
  onClose: () => void;
}

export function SectionName({ section, channel, onClose }: SectionNameProps) {
  const [arrangement, change] = useArrangement();
  const before = arrangement.sections.find(({ id }) => id === section)?.name ?? "";
  const [name, setName] = useState(before);
  const save = () => {
    change((known) =>
      section === null
        ? addSection(known, { id: newNonce(), name }, channel ?? undefined)
        : renameSection(known, section, name),
    );
    onClose();
  };
  return (
    <Dialog
      title={section === null ? t.sections.createTitle : t.sections.rename}
      onClose={onClose}
      width={400}
      testId="section"
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") save();
        }}
      >
        <Field
          label={t.sections.name}
          hint={t.sections.nameHint}
          value={name}
          onChange={setName}
          maxLength={SECTION_NAME_MAX}
          isRequired
          autoFocus
        />
        <div className="dialog-foot">
          <Button type="submit" variant="primary" isDisabled={name.trim() === "" || name.trim() === before}>
            {t.common.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
