import { useState } from "react";
import { list_users } from "../../api/operations";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { displayName } from "../../store/selectors";
import { useClient, useMe, useSelect } from "../app/context";
import { go } from "../app/route";
import { useView } from "../app/view";
import { problemText } from "../client/problems";
import { findUsers } from "./findUsers";
import { useOpen } from "./useOpen";
import { type Page, usePages } from "./usePages";

const PAGE = 40;

/** Everybody page by page, or whoever is looked for. */
async function load(text: string, cursor?: string): Promise<Page<User>> {
  if (text !== "") return { rows: (await findUsers(text, PAGE)).users, next: null };
  const { users, next } = await list_users({ limit: PAGE, ...(cursor ? { cursor } : {}) });
  return { rows: users, next };
}

const idOf = ({ id }: User) => id;

/** Everybody who is known here, to look at and to write to. */
export function PeopleDirectory({ onClose }: { onClose: () => void }) {
  const [query, setQuery] = useState("");
  const { rows, failed, more } = usePages(query, load, idOf);
  const people = (rows ?? []).filter((user) => !user.deactivated);

  return (
    <Dialog title={t.peopleDirectory.title} onClose={onClose} width={560} testId="people">
      <input
        className="input"
        type="search"
        aria-label={t.people.dmSearch}
        placeholder={t.people.dmSearch}
        autoFocus
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {!rows && !failed ? <ListSkeleton label={t.common.loading} /> : null}
      {rows && people.length === 0 ? <EmptyState title={t.people.empty} art={false} /> : null}
      <ul className="directory">
        {people.map((user) => (
          <PersonRow key={user.id} user={user} onClose={onClose} />
        ))}
      </ul>
      {more ? (
        <Button variant="quiet" wide onPress={more}>
          {t.directory.more}
        </Button>
      ) : null}
    </Dialog>
  );
}

function PersonRow({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useClient();
  const isOpen = useOpen();
  const view = useView();
  const me = useMe();
  const online = useSelect((state) => Boolean(state.online[user.id])) || user.id === me?.id;
  const name = displayName(user, user.id);
  const write = async () => {
    const channel = await client.actions.startDm([user.id]);
    if (!channel || !isOpen()) return;
    onClose();
    go(channel.id);
  };
  return (
    <li className="directory-row" data-testid="person-row">
      <button
        type="button"
        className="person"
        onClick={() => view.openDialog({ kind: "profile", user: user.id })}
      >
        <Avatar id={user.id} name={name} size={36} online={online} />
        <span className="person-text">
          <span className="truncate">{name}</span>
          <small className="truncate">
            {user.server === me?.server ? `@${user.username}` : user.id}
            {user.bio ? ` · ${user.bio}` : ""}
          </small>
        </span>
        <span className="visually-hidden">{online ? t.nav.online : t.nav.offline}</span>
      </button>
      {user.id === me?.id ? (
        <span className="tag">{t.common.you}</span>
      ) : (
        <Button
          size="small"
          icon="message"
          aria-label={t.peopleDirectory.writeTo(name)}
          onPress={() => void write()}
        >
          <span className="button-words">{t.people.message}</span>
        </Button>
      )}
    </li>
  );
}
