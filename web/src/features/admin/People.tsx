import { useCallback, useState } from "react";
import { list_users } from "../../api/operations";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { shortDate } from "../../lib/time";
import { Avatar } from "../../ui/Avatar";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { displayName } from "../../store/selectors";
import { useClient, useMe, useSelect } from "../app/context";
import { useView } from "../app/view";
import { useSearch } from "../dialogs/useSearch";

const PAGE = 50;
const search = (query: string) => list_users({ query, limit: PAGE });

export function People() {
  const client = useClient();
  const me = useMe();
  const [query, setQuery] = useState("");
  const { found } = useSearch(query, search);
  const [more, setMore] = useState<{ after: unknown; users: User[]; next: string | null } | null>(null);
  const grown = more && more.after === found ? more : null;
  const next = grown ? grown.next : (found?.next ?? null);
  // People of other servers are known here too, but they are others' to look after.
  const users = [...(found?.users ?? []), ...(grown?.users ?? [])].filter(
    ({ server }) => server === me?.server,
  );

  const showMore = useCallback(
    async (cursor: string) => {
      try {
        const page = await list_users({ query: query.trim(), limit: PAGE, cursor });
        setMore({ after: found, users: [...(grown?.users ?? []), ...page.users], next: page.next });
      } catch (error) {
        client.actions.failed(error);
      }
    },
    [client, query, found, grown],
  );

  return (
    <div className="form">
      <input
        className="input"
        type="search"
        aria-label={t.admin.searchUsers}
        placeholder={t.admin.searchUsers}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <p className="field-hint">{t.admin.roleHint}</p>
      {found ? null : <ListSkeleton label={t.common.loading} />}
      {found && users.length === 0 ? <EmptyState title={t.people.empty} art={false} /> : null}
      <ul className="people">
        {users.map((user) => (
          <PersonRow key={user.id} user={user} />
        ))}
      </ul>
      {next ? (
        <Button wide variant="quiet" onPress={() => void showMore(next)}>
          {t.members.more}
        </Button>
      ) : null}
    </div>
  );
}

function PersonRow({ user }: { user: User }) {
  const view = useView();
  const me = useMe();
  const online = useSelect((state) => Boolean(state.online[user.id])) || user.presence === "online";
  const role = user.id === me?.id ? me.role : user.role;
  return (
    <li className="person-row" data-testid="admin-person">
      <button
        type="button"
        className="person"
        onClick={() => view.openDialog({ kind: "profile", user: user.id })}
      >
        <Avatar id={user.id} name={displayName(user, user.id)} size={34} online={online} />
        <span className="person-text">
          <span className="truncate">{displayName(user, user.id)}</span>
          <small className="truncate">
            {user.id}, {t.admin.since(shortDate(user.created_ts))}
          </small>
        </span>
        {role === "admin" ? <span className="tag">{t.admin.title}</span> : null}
        {user.deactivated ? <span className="tag">{t.admin.deactivated}</span> : null}
      </button>
    </li>
  );
}
