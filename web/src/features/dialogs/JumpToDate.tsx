import { type FormEvent, useState } from "react";
import { dateTexts } from "../../i18n/dates";
import { dateField, dateOf } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useChannel, useClient } from "../app/context";
import { useOpen } from "./useOpen";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const MONTH_DAYS = 30;

/** Leads to the first message of a day. */
export function JumpToDate({
  channel: id,
  ts,
  onClose,
}: {
  channel: string;
  ts: number;
  onClose: () => void;
}) {
  const client = useClient();
  const isOpen = useOpen();
  const texts = dateTexts();
  const info = useChannel(id)?.info;
  const [now] = useState(() => Date.now());
  const [day, setDay] = useState(dateField(ts));
  const [busy, setBusy] = useState(false);
  const chosen = dateOf(day);

  const jump = async (moment: number) => {
    setBusy(true);
    try {
      const message = await client.timelines.at(id, moment);
      if (!isOpen()) return;
      onClose();
      if (message) {
        dispatchEvent(new CustomEvent("loggia:jump", { detail: { channel: id, message: message.id } }));
      }
    } catch (error) {
      setBusy(false);
      client.actions.failed(error);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen !== null) void jump(chosen);
  };

  return (
    <Dialog title={texts.title} onClose={onClose} width={400} testId="jump-to-date">
      <form className="form" onSubmit={submit}>
        <label className="time-field">
          <span className="field-label">{texts.day}</span>
          <input
            className="input"
            type="date"
            required
            autoFocus
            value={day}
            min={dateField(info?.created_ts ?? 0)}
            max={dateField(now)}
            onChange={(event) => setDay(event.target.value)}
          />
        </label>
        <div className="button-row">
          <Button size="small" isDisabled={busy} onPress={() => void jump(0)}>
            {texts.beginning}
          </Button>
          <Button size="small" isDisabled={busy} onPress={() => void jump(now - MONTH_DAYS * DAY_MS)}>
            {texts.month}
          </Button>
          <Button size="small" isDisabled={busy} onPress={() => void jump(now - WEEK_DAYS * DAY_MS)}>
            {texts.week}
          </Button>
        </div>
        <div className="dialog-foot">
          <Button type="submit" variant="primary" isDisabled={busy || chosen === null}>
            {texts.go}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
