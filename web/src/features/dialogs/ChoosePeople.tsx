// Choosing people: for a conversation, for an invitation.

import { useCallback, useEffect, useState } from "react";
import { sessionSignal } from "../../api/http";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { BotTag } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { channelName } from "../../store/selectors";
import type { MemberList } from "../../store/state";
import { useChannel, useClient, useSelect } from "../app/context";
import { go } from "../app/route";
import { ChosenPeople, PersonPicker } from "./PersonPicker";
import { useOpen } from "./useOpen";

const PEOPLE_MAX = 9;
/** Of a channel's members, to know who need not be asked in. */
const MEMBERS_MAX = 1_000;

interface ChooserProps {
  action: string;
  exclude: (user: User) => string | null;
  onDone: (users: User[]) => Promise<void>;
}

function Chooser({ action, exclude, onDone }: ChooserProps) {
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState<User[]>([]);
  const [busy, setBusy] = useState(false);
  const has = (user: User) => chosen.some((each) => each.id === user.id);

  const toggle = (user: User) => {
    if (exclude(user)) return;
    if (!has(user) && chosen.length >= PEOPLE_MAX) return;
    setChosen(has(user) ? chosen.filter((each) => each.id !== user.id) : [...chosen, user]);
    setQuery("");
  };

  const trailOf = (user: User) => {
    if (has(user)) return <Icon name="check" />;
    if (exclude(user)) return <span className="tag">{exclude(user)}</span>;
    return user.bot ? <BotTag /> : null;
  };

  const done = async () => {
    setBusy(true);
    await onDone(chosen);
    setBusy(false);
  };

  return (
    <>
      <ChosenPeople users={chosen} onRemove={toggle} />
      <PersonPicker
        query={query}
        onQuery={setQuery}
        trailOf={trailOf}
        isOff={(user) => exclude(user) !== null}
        onPick={toggle}
      />
      <div className="dialog-foot">
        <Button variant="primary" isDisabled={busy || chosen.length === 0} onPress={() => void done()}>
          {action}
        </Button>
      </div>
    </>
  );
}

/** Nobody answers by a webhook, whoever asks it. */
const botWord = (user: User) => (user.webhook ? t.people.bot : null);

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
      <Chooser action={t.people.dmStart} exclude={botWord} onDone={done} />
    </Dialog>
  );
}

/** Page by page: whoever is there already is not to be asked in. */
function useMembers(channel: string, members: MemberList | null | undefined): void {
  const client = useClient();
  const known = Object.keys(members?.byId ?? {}).length;
  const missing = !members;
  const next = members?.next ?? undefined;
  useEffect(() => {
    if (missing || (next && known < MEMBERS_MAX)) void client.actions.loadMembers(channel, next);
  }, [client, channel, missing, next, known]);
}

export function InvitePeople({ channel: id, onClose }: { channel: string; onClose: () => void }) {
  const client = useClient();
  const channel = useChannel(id);
  const name = useSelect((state) => (state.channels[id] ? channelName(state, state.channels[id]) : ""));
  const members = channel?.members;
  useMembers(id, members);
  const exclude = useCallback(
    (user: User) => {
      const membership = members?.byId[user.id]?.membership;
      return membership === "joined"
        ? t.people.alreadyIn
        : membership === "invited"
          ? t.nav.invited
          : botWord(user);
    },
    [members],
  );
  const done = async (users: User[]) => {
    const session = sessionSignal();
    let invited = 0;
    for (const user of users) {
      // The next person would invite the others.
      if (session.aborted) return;
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
