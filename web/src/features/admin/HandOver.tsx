import { useState } from "react";
import { type HeldChannel, hand_over_channel } from "../../api/admin";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { displayName } from "../../store/selectors";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Picker } from "../../ui/Picker";
import { useClient, useMe, useSelect } from "../app/context";
import { problemText } from "../client/problems";
import { findUsers } from "../dialogs/findUsers";
import { personOption } from "../dialogs/personOption";
import { ReasonField } from "../dialogs/ReasonDialog";
import { useSearch } from "../dialogs/useSearch";

const FOUND_MAX = 20;
const search = (query: string) => findUsers(query, FOUND_MAX);

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
  const me = useMe();
  const online = useSelect((state) => state.online);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<User | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const { current: found, failed, waiting } = useSearch(query, search);
  const users = (found?.users ?? []).filter((user) => !user.deactivated);

  const done = async (user: User) => {
    setBusy(true);
    try {
      await hand_over_channel(channel.id, user.id, reason);
      client.notices.show(t.admin.handedOverNotice(name));
      onDone();
      onClose();
    } catch (error) {
      client.actions.failed(error);
      setBusy(false);
    }
  };

  return (
    <Dialog title={t.admin.handOverTitle(name)} onClose={onClose} testId="hand-over">
      <div className="form">
        <p>{t.admin.handOverText}</p>
        {chosen ? (
          <ul className="chips" aria-label={t.people.chosen}>
            <li>
              <button type="button" className="chip" onClick={() => setChosen(null)}>
                <span className="visually-hidden">{t.common.remove} </span>
                {displayName(chosen, chosen.id)}
                <Icon name="close" />
              </button>
            </li>
          </ul>
        ) : (
          <div className="picker-box">
            <Picker
              label={t.people.dmSearch}
              placeholder={t.people.dmSearch}
              query={query}
              onQuery={setQuery}
              options={users.map((user) =>
                personOption(user, me?.server, user.id === me?.id || Boolean(online[user.id]), null),
              )}
              onPick={(id) => setChosen(users.find((user) => user.id === id) ?? null)}
              empty={t.people.empty}
              loading={found ? undefined : failed && !waiting ? problemText(failed) : t.people.searching}
              waiting={waiting}
            />
          </div>
        )}
        <ReasonField hint={t.admin.reasonHint} value={reason} onChange={setReason} />
      </div>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button variant="primary" isDisabled={busy || !chosen} onPress={() => chosen && void done(chosen)}>
          {t.admin.handOverAction}
        </Button>
      </div>
    </Dialog>
  );
}
