import { type FormEvent, useId, useState } from "react";
import { t } from "../../i18n";
import { timesTexts } from "../../i18n/times";
import { dateField } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { DAY_MS, momentOf, refusal, timeField } from "./times";
import "./times.css";

export interface Chosen {
  ts: number;
  text: string;
}

export interface WhenFormProps {
  action: string;
  /** What it begins with. */
  ts: number;
  /** How many days ahead it may be. */
  days: number;
  /** Can be changed, too. */
  text?: string;
  /** An empty text says something with its files. */
  mayBeEmpty?: boolean;
  /** True when it is done. */
  onSubmit: (chosen: Chosen) => Promise<boolean>;
  onClose: () => void;
}

/** A day and a time, and the text where that can be changed. */
export function WhenForm({ action, ts, days, text, mayBeEmpty, onSubmit, onClose }: WhenFormProps) {
  const texts = timesTexts();
  const problem = useId();
  const [opened] = useState(() => Date.now());
  const [said, setSaid] = useState(text ?? "");
  const [date, setDate] = useState(dateField(ts));
  const [time, setTime] = useState(timeField(ts));
  const [refused, setRefused] = useState<"past" | "far" | null>(null);
  const [busy, setBusy] = useState(false);
  const chosen = momentOf(date, time);
  const isEmpty = text !== undefined && said.trim() === "" && !mayBeEmpty;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null || isEmpty) return;
    // A time that was not touched has its seconds, too.
    const at = date === dateField(ts) && time === timeField(ts) ? ts : chosen;
    const why = at === ts && text !== undefined ? null : refusal(at, Date.now(), days);
    setRefused(why);
    if (why) return;
    setBusy(true);
    const done = await onSubmit({ ts: at, text: said.trim() });
    setBusy(false);
    if (done) onClose();
  };
  const field = (type: "date" | "time", value: string, onChange: (value: string) => void) => (
    <label className="time-field">
      <span className="field-label">{texts[type]}</span>
      <input
        className="input"
        type={type}
        required
        autoFocus={type === "date" && text === undefined}
        value={value}
        aria-invalid={refused !== null}
        aria-describedby={problem}
        {...(type === "date" ? { min: dateField(opened), max: dateField(opened + days * DAY_MS) } : {})}
        onChange={(event) => {
          setRefused(null);
          onChange(event.target.value);
        }}
      />
    </label>
  );

  return (
    <form className="form" noValidate onSubmit={(event) => void submit(event)}>
      {text === undefined ? null : (
        <Field label={texts.text} rows={5} value={said} onChange={setSaid} autoFocus />
      )}
      <div className="when-fields">
        {field("date", date, setDate)}
        {field("time", time, setTime)}
      </div>
      <p id={problem} className={refused ? "field-error" : "field-hint"} role={refused ? "alert" : undefined}>
        {refused === "far" ? texts.far(days) : null}
        {refused === "past" ? texts.past : null}
        {refused ? null : texts.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}
      </p>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button type="submit" variant="primary" isDisabled={chosen === null || isEmpty} isPending={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
