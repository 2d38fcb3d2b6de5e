import { useState } from "react";
import { type HeldChannel, hand_over_channel } from "../../api/admin";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { adminTexts } from "../../i18n/admin";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useClient } from "../app/context";
import { ChosenPeople, PersonPicker } from "../dialogs/PersonPicker";
import { ReasonField } from "../dialogs/ReasonDialog";

interface HandOverProps {
  channel: HeldChannel;
  /** What it is called. */
  name: string;
  onDone: () => void;
  onClose: () => void;
}

/** Gives a channel another owner; that may be the administrator. */
export function HandOver({ channel, name, onDone, onClose }: HandOverProps) {
  const client = useClient();
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<User | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);

  const done = async (user: User) => {
    setBusy(true);
    try {
      await hand_over_channel(channel.id, user.id, reason);
      client.notices.show(adminTexts().handedOverNotice(name));
      onDone();
      onClose();
    } catch (error) {
      client.actions.failed(error);
      setBusy(false);
    }
  };

  return (
    <Dialog title={adminTexts().handOverTitle(name)} onClose={onClose} testId="hand-over">
      <div className="form">
        <p>{adminTexts().handOverText}</p>
        {chosen ? (
          <ChosenPeople users={[chosen]} onRemove={() => setChosen(null)} />
        ) : (
          <PersonPicker query={query} onQuery={setQuery} withMe onPick={setChosen} />
        )}
        <ReasonField hint={adminTexts().reasonHint} value={reason} onChange={setReason} />
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button variant="primary" isDisabled={busy || !chosen} onPress={() => chosen && void done(chosen)}>
          {adminTexts().handOverAction}
        </Button>
      </div>
    </Dialog>
  );
}
