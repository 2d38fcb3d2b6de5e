// What ends a direct conversation: closing it, or blocking who is in it.

import type { Channel } from "../../api/types";
import { t } from "../../i18n";
import type { MenuAction } from "../../ui/Menu";
import { useClient, useMe, useSelect } from "../app/context";
import { go, parseRoute } from "../app/route";
import { useView } from "../app/view";

/** For its menus. Nothing is asked twice where nothing is lost: whoever writes opens it again. */
export function useEndings({ id, people }: Pick<Channel, "id" | "people">): MenuAction[] {
  const client = useClient();
  const view = useView();
  const me = useMe();
  const others = people.filter((user) => user.id !== me?.id);
  const other = others.length === 1 && !others[0]?.deactivated ? others[0] : undefined;
  const blocked = useSelect((state) => Boolean(other && state.blocked[other.id]));
  const texts = t.blocks;
  const close = async () => {
    if (!(await client.actions.leave(id))) return;
    client.notices.show(t.entering.dmClosed);
    if (parseRoute(location.hash).channel === id) go(null);
  };
  const block = ({ id: user }: Pick<Channel, "id">): MenuAction => ({
    id: "block",
    label: blocked ? texts.unblock : texts.block,
    icon: "user",
    onAction: () =>
      blocked ? void client.actions.block(user, false) : view.openDialog({ kind: "block", user }),
  });
  return [
    ...(other ? [block(other)] : []),
    { id: "close", label: t.channel.leaveDm, icon: "leave", onAction: () => void close() },
  ];
}
