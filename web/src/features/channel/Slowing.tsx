// How long people wait between two messages: chosen by whoever sets the channel's policy.

import { slowTexts } from "../../i18n/slow";
import { Select } from "../../ui/Select";
import { lasting } from "../composer/slow";

/** In seconds; 0: no time at all. */
const USUAL = [0, 5, 10, 30, 60, 300, 900, 3_600, 21_600];

interface SlowingProps {
  /** What the channel says; others than the usual are chosen elsewhere, and shown. */
  now: number;
  seconds: number;
  isDisabled: boolean;
  onChange: (seconds: number) => void;
}

export function Slowing({ now, seconds, isDisabled, onChange }: SlowingProps) {
  const texts = slowTexts();
  const choices = [...new Set([...USUAL, now])].sort((a, b) => a - b);
  return (
    <div className="form">
      <div className="select-rows">
        <Select
          asField
          label={texts.label}
          value={String(seconds)}
          isDisabled={isDisabled}
          options={choices.map((each) => ({
            value: String(each),
            title: each === 0 ? texts.off : lasting(each, texts),
          }))}
          onChange={(chosen) => onChange(Number(chosen))}
        />
      </div>
      <p className="field-hint">{texts.hint}</p>
    </div>
  );
}
