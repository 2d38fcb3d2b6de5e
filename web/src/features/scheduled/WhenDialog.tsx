import { type FormEvent, useId, useState } from "react";
import { scheduledTexts } from "../../i18n/scheduled";
import { t } from "../../i18n";
import { dateField } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useBackCloses } from "../../ui/popups";
import { AHEAD_MS_MAX, momentOf, refusal, timeField } from "./times";
import "./scheduled.css";

export interface Chosen {
  ts: number;
  text: string;
}

interface WhenDialogProps {
  title: string;
  action: string;
  /** What it begins with. */
  ts: number;
  /** Can be changed, too. */
  text?: string;
  /** An empty text says something with its files. */
  mayBeEmpty?: boolean;
  /** True when it is done. */
  onSubmit: (chosen: Chosen) => Promise<boolean>;
  onClose: () => void;
}

/** Asks for a day and a time, and for the text where that can be changed. */
export default function WhenDialog({
  title,
  action,
  ts,
  text,
  mayBeEmpty,
  onSubmit,
  onClose,
}: WhenDialogProps) {
  const texts = scheduledTexts();
  const problem = useId();
  const [opened] = useState(() => Date.now());
  const [said, setSaid] = useState(text ?? "");
  const [date, setDate] = useState(dateField(ts));
  const [time, setTime] = useState(timeField(ts));
  const [refused, setRefused] = useState<"past" | "far" | null>(null);
  const [busy, setBusy] = useState(false);
  useBackCloses(true, onClose, { always: true });
  const chosen = momentOf(date, time);
  const isEmpty = text !== undefined && said.trim() === "" && !mayBeEmpty;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null || isEmpty) return;
    // A time that was not touched has its seconds, too.
    const at = date === dateField(ts) && time === timeField(ts) ? ts : chosen;
    const why = at === ts && text !== undefined ? null : refusal(at, Date.now());
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
        {...(type === "date" ? { min: dateField(opened), max: dateField(opened + AHEAD_MS_MAX) } : {})}
        onChange={(event) => {
          setRefused(null);
          onChange(event.target.value);
        }}
      />
    </label>
  );

  return (
    <Dialog title={title} onClose={onClose} width={420} testId="when-dialog">
      <form className="form" noValidate onSubmit={(event) => void submit(event)}>
        {text === undefined ? null : (
          <Field label={texts.text} rows={5} value={said} onChange={setSaid} autoFocus />
        )}
        <div className="when-fields">
          {field("date", date, setDate)}
          {field("time", time, setTime)}
        </div>
        <p
          id={problem}
          className={refused ? "field-error" : "field-hint"}
          role={refused ? "alert" : undefined}
        >
          {refused ? texts[refused] : texts.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}
        </p>
        <div className="dialog-foot">
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button type="submit" variant="primary" isDisabled={chosen === null || isEmpty} isPending={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
