// How long what is said is kept: chosen by whoever sets the channel's policy.

import { retentionTexts } from "../../i18n/retention";
import { ConfirmDialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { useSelect } from "../app/context";
import { DAYS_MAX, isShorter, type Keeping as Choice, USUAL_DAYS } from "./retention";

export interface KeepingChoice {
  keeping: Choice;
  typed: string;
}

interface KeepingProps {
  now: number | null;
  choice: KeepingChoice;
  /** Undefined where what is typed is no number of days. */
  days: number | null | undefined;
  /** It was to be saved like that. */
  wrong: boolean;
  isDisabled: boolean;
  onChange: (choice: KeepingChoice) => void;
}

export function Keeping({ now, choice, days, wrong, isDisabled, onChange }: KeepingProps) {
  const texts = retentionTexts();
  const limit = useSelect((state) => state.server?.retention_days ?? null);
  const longer = days !== undefined && days !== now && !isShorter(now, days);
  return (
    <div className="form" role="group" aria-label={texts.keep}>
      <div className="select-rows">
        <Select<Choice>
          asField
          label={texts.keep}
          value={choice.keeping}
          isDisabled={isDisabled}
          options={[
            { value: "ever", title: texts.forEver },
            ...USUAL_DAYS.map((each) => ({
              value: `${each}` as const,
              title: each === 365 ? texts.years(1) : texts.days(each),
            })),
            { value: "other", title: texts.other },
          ]}
          onChange={(keeping) => onChange({ ...choice, keeping })}
        />
      </div>
      {choice.keeping === "other" ? (
        <Field
          label={texts.number}
          inputMode="numeric"
          value={choice.typed}
          onChange={(typed) => onChange({ ...choice, typed })}
          isDisabled={isDisabled}
          error={wrong ? texts.numberBad(DAYS_MAX) : undefined}
        />
      ) : null}
      {choice.keeping === "ever" ? null : <p className="field-hint">{texts.hint}</p>}
      {longer ? <p className="field-hint">{texts.goneHint}</p> : null}
      {limit === null ? null : <p className="field-hint">{texts.ofServer(limit)}</p>}
    </div>
  );
}

/** What is gone then cannot be had back. */
export function SureToDelete(props: { days: number; onConfirm: () => void; onClose: () => void }) {
  const texts = retentionTexts();
  const { days, ...asked } = props;
  return (
    <ConfirmDialog
      {...asked}
      title={texts.sure(days)}
      text={texts.sureText(days)}
      action={texts.sureAction}
    />
  );
}
