// Choosing people: for a conversation, for an invitation.

import { useCallback, useState } from "react";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Picker } from "../../ui/Picker";
import { channelName, displayName } from "../../store/selectors";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { go } from "../app/route";
import { problemText } from "../client/problems";
import { findUsers } from "./findUsers";
import { personOption } from "./personOption";
import { useOpen } from "./useOpen";
import { useSearch } from "./useSearch";

const FOUND_MAX = 20;
const PEOPLE_MAX = 9;
const search = (query: string) => findUsers(query, FOUND_MAX);

interface ChooserProps {
  action: string;
  exclude: (user: User) => string | null;
  onDone: (users: User[]) => Promise<void>;
}

function Chooser({ action, exclude, onDone }: ChooserProps) {
  const me = useMe();
  const online = useSelect((state) => state.online);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<User[]>([]);
  const [busy, setBusy] = useState(false);
  const { current: found, failed, waiting } = useSearch(query, search);
  const users = (found?.users ?? []).filter((user) => user.id !== me?.id && !user.deactivated);

  const toggle = (id: string) => {
    const user = users.find((each) => each.id === id) ?? chosen.find((each) => each.id === id);
    if (!user || exclude(user)) return;
    const has = chosen.some((each) => each.id === id);
    if (!has && chosen.length >= PEOPLE_MAX) return;
    setChosen(has ? chosen.filter((each) => each.id !== id) : [...chosen, user]);
    setQuery("");
  };

  const trailOf = (user: User) => {
    if (chosen.some((each) => each.id === user.id)) return <Icon name="check" />;
    return exclude(user) ? <span className="tag">{exclude(user)}</span> : null;
  };

  const done = async () => {
    setBusy(true);
    await onDone(chosen);
    setBusy(false);
  };

  return (
    <>
      {chosen.length > 0 ? (
        <ul className="chips" aria-label={t.people.chosen}>
          {chosen.map((user) => (
            <li key={user.id}>
              <button type="button" className="chip" onClick={() => toggle(user.id)}>
                <span className="visually-hidden">{t.common.remove} </span>
                <Avatar id={user.id} name={displayName(user, user.id)} size={22} />
                {displayName(user, user.id)}
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="picker-box">
        <Picker
          label={t.people.dmSearch}
          placeholder={t.people.dmSearch}
          query={query}
          onQuery={setQuery}
          options={users.map((user) =>
            personOption(user, me?.server, Boolean(online[user.id]), trailOf(user)),
          )}
          onPick={toggle}
          empty={t.people.empty}
          loading={found ? undefined : failed && !waiting ? problemText(failed) : t.people.searching}
          waiting={waiting}
        />
      </div>
      <div className="dialog-foot">
        <Button variant="primary" isDisabled={busy || chosen.length === 0} onPress={() => void done()}>
          {action}
        </Button>
      </div>
    </>
  );
}

export function StartDm({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const isOpen = useOpen();
  const done = async (users: User[]) => {
    const channel = await client.actions.startDm(users.map((user) => user.id));
    if (!channel || !isOpen()) return;
    onClose();
    go(channel.id);
  };
  return (
    <Dialog title={t.people.dmTitle} onClose={onClose} testId="start-dm">
      <Chooser action={t.people.dmStart} exclude={() => null} onDone={done} />
    </Dialog>
  );
}

export function InvitePeople({ channel: id, onClose }: { channel: string; onClose: () => void }) {
  const client = useClient();
  const channel = useChannel(id);
  const name = useSelect((state) => (state.channels[id] ? channelName(state, state.channels[id]) : ""));
  const members = channel?.members;
  const exclude = useCallback(
    (user: User) => {
      const membership = members?.byId[user.id]?.membership;
      return membership === "joined" ? t.people.alreadyIn : membership === "invited" ? t.nav.invited : null;
    },
    [members],
  );
  const done = async (users: User[]) => {
    let invited = 0;
    for (const user of users) {
      if (await client.actions.setMember(id, user.id, { membership: "invited" })) invited += 1;
    }
    if (invited > 0) client.notices.show(t.people.invitedNotice(invited));
    if (invited === users.length) onClose();
  };
  return (
    <Dialog title={t.people.inviteTitle(name)} onClose={onClose} testId="invite">
      <Chooser action={t.people.inviteAction} exclude={exclude} onDone={done} />
    </Dialog>
  );
}
