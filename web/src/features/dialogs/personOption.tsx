import type { ReactNode } from "react";
import type { User } from "../../api/types";
import { displayName } from "../../store/selectors";
import { Avatar } from "../../ui/Avatar";

/** Somebody in a picker; `own` is the server whose people need no server in their names. */
export const personOption = (user: User, own: string | undefined, online: boolean, trail: ReactNode) => ({
  id: user.id,
  lead: <Avatar id={user.id} name={displayName(user, user.id)} size={30} online={online} />,
  title: displayName(user, user.id),
  detail: user.server === own ? `@${user.username}` : user.id,
  trail,
});
