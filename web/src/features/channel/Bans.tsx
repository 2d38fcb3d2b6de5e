import { useCallback, useState } from "react";
import { list_members } from "../../api/operations";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { nearEntry, onceLost } from "../../lib/focus";
import { Avatar } from "../../ui/Avatar";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { displayName } from "../../store/selectors";
import { useClient } from "../app/context";
import { problemText } from "../client/problems";
import { useSearch } from "../dialogs/useSearch";

const PAGE = 100;

export function Bans({ channel }: { channel: string }) {
  const client = useClient();
  const [lifted, setLifted] = useState<readonly string[]>([]);
  const load = useCallback(() => list_members(channel, { membership: "banned", limit: PAGE }), [channel]);
  const { found, failed } = useSearch("", load);
  const banned = found?.members.filter(({ user }) => !lifted.includes(user.id));
  const lift = async (user: User) => {
    const back = nearEntry(user.id);
    if (!(await client.actions.setMember(channel, user.id, { membership: "left" }))) return;
    setLifted((known) => [...known, user.id]);
    client.notices.show(spokenTexts().unbanned(displayName(user, user.id)));
    onceLost(back, { inDialog: true });
  };
  return (
    <div className="form">
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {banned || failed ? null : <ListSkeleton label={t.common.loading} rows={2} />}
      {banned?.length === 0 ? <EmptyState title={t.channelSettings.noBans} art={false} /> : null}
      <ul className="people">
        {banned?.map(({ user }) => (
          <li key={user.id} className="held" data-entry={user.id}>
            <Avatar id={user.id} name={displayName(user, user.id)} size={32} />
            <span className="person-text">
              <span className="truncate">{displayName(user, user.id)}</span>
              <small className="truncate">{user.id}</small>
            </span>
            <Button
              size="small"
              aria-label={t.channelSettings.unbanLabel(displayName(user, user.id))}
              onPress={() => void lift(user)}
            >
              {t.channelSettings.unban}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
