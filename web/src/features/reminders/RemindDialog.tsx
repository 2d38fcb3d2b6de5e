import { useRef, useState } from "react";
import { remindersTexts } from "../../i18n/reminders";
import { timesTexts } from "../../i18n/times";
import { clockTime } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useClient, useSelect } from "../app/context";
import { begins, presets, whenText } from "../times/times";
import { useMinutes } from "../times/useMinutes";
import { WhenForm } from "../times/WhenForm";
import { DAYS_MAX, remind } from "./remind";
import "./reminders.css";

interface RemindDialogProps {
  channel: string;
  message: string;
  onClose: () => void;
}

/** Asks when to be reminded of a message, and says when one will be. */
export default function RemindDialog({ channel, message, onClose }: RemindDialogProps) {
  const client = useClient();
  const texts = remindersTexts();
  const due = useSelect((state) => state.saved.byId[message]?.remind_ts ?? null);
  const now = useMinutes();
  const [choosing, setChoosing] = useState(false);
  const set = (ts: number | null) => remind(client, channel, message, ts);
  return (
    <Dialog title={texts.title} onClose={onClose} width={420} testId="remind-dialog">
      {choosing ? (
        <WhenForm
          action={texts.action}
          ts={due !== null && due > now ? due : begins(now)}
          days={DAYS_MAX}
          onSubmit={({ ts }) => set(ts)}
          onClose={onClose}
        />
      ) : (
        <Offered
          due={due}
          now={now}
          onChoose={() => setChoosing(true)}
          onPick={async (ts) => {
            if (await set(ts)) onClose();
          }}
        />
      )}
    </Dialog>
  );
}

interface OfferedProps {
  due: number | null;
  now: number;
  /** Null: there is to be no reminder. */
  onPick: (ts: number | null) => Promise<void>;
  onChoose: () => void;
}

function Offered({ due, now, onPick, onChoose }: OfferedProps) {
  const texts = remindersTexts();
  const times = timesTexts();
  // Not switched off meanwhile: the keys would be nowhere.
  const busy = useRef(false);
  const pick = async (ts: number | null) => {
    if (busy.current) return;
    busy.current = true;
    await onPick(ts);
    busy.current = false;
  };
  return (
    <>
      {due === null ? null : (
        <p className="remind-due">{due > now ? texts.set(whenText(due, now, times)) : texts.due}</p>
      )}
      <ul className="remind-times" aria-label={texts.times}>
        {presets(now, ["minutes", "hour", "hours", "tomorrow", "monday"]).map(({ id, ts }) => (
          <li key={id}>
            <Button wide onPress={() => void pick(ts)}>
              {times[id](clockTime(ts))}
            </Button>
          </li>
        ))}
        <li>
          <Button wide icon="edit" onPress={onChoose}>
            {times.choose}
          </Button>
        </li>
      </ul>
      {due === null ? null : (
        <Button wide variant="quiet" icon="close" onPress={() => void pick(null)}>
          {texts.remove}
        </Button>
      )}
    </>
  );
}
