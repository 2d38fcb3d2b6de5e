// Finding somebody by name, and showing who was chosen.

import type { ReactNode } from "react";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { displayName } from "../../store/selectors";
import { Avatar } from "../../ui/Avatar";
import { Icon } from "../../ui/Icon";
import { Picker } from "../../ui/Picker";
import { useMe, useSelect } from "../app/context";
import { problemText } from "../client/problems";
import { findUsers } from "./findUsers";
import { useSearch } from "./useSearch";

const FOUND_MAX = 20;
const search = (query: string) => findUsers(query, FOUND_MAX);

interface PersonPickerProps {
  query: string;
  onQuery: (query: string) => void;
  /** Whether oneself is one of them. */
  withMe?: boolean;
  trailOf?: (user: User) => ReactNode;
  /** Who is shown and cannot be chosen. */
  isOff?: (user: User) => boolean;
  onPick: (user: User) => void;
}

export function PersonPicker({ query, onQuery, withMe = false, trailOf, isOff, onPick }: PersonPickerProps) {
  const me = useMe();
  const online = useSelect((state) => state.online);
  const { current: found, failed, waiting } = useSearch(query, search);
  const users = (found?.users ?? []).filter((user) => (withMe || user.id !== me?.id) && !user.deactivated);
  const option = (user: User) => {
    const name = displayName(user, user.id);
    const present = user.id === me?.id || Boolean(online[user.id]);
    return {
      id: user.id,
      lead: <Avatar id={user.id} name={name} size={30} online={present} />,
      title: name,
      detail: user.server === me?.server ? `@${user.username}` : user.id,
      trail: trailOf?.(user) ?? null,
      off: isOff?.(user) ?? false,
    };
  };
  const options = users.map(option).sort((a, b) => Number(a.off) - Number(b.off));
  return (
    <div className="picker-box">
      <Picker
        label={t.people.dmSearch}
        placeholder={t.people.dmSearch}
        query={query}
        onQuery={onQuery}
        options={options}
        onPick={(id) => {
          const user = users.find((each) => each.id === id);
          if (user) onPick(user);
        }}
        empty={t.people.empty}
        loading={found ? undefined : failed && !waiting ? problemText(failed) : t.people.searching}
        waiting={waiting}
      />
    </div>
  );
}

export function ChosenPeople({ users, onRemove }: { users: User[]; onRemove: (user: User) => void }) {
  if (users.length === 0) return null;
  return (
    <ul className="chips" aria-label={t.people.chosen}>
      {users.map((user) => (
        <li key={user.id}>
          <button type="button" className="chip" onClick={() => onRemove(user)}>
            <span className="visually-hidden">{t.common.remove} </span>
            <Avatar id={user.id} name={displayName(user, user.id)} size={22} />
            {displayName(user, user.id)}
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
