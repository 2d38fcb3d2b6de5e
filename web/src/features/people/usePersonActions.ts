// What can be done about somebody, wherever they are met: in their profile, and in the menu of their name.

import { t } from "../../i18n";
import type { MenuAction } from "../../ui/Menu";
import { useClient, useMe, useSelect } from "../app/context";
import { go } from "../app/route";
import { useView } from "../app/view";
import { useOutings } from "../client/useOutings";

interface Options {
  /** Where they are met, if that is in a channel. */
  channel: string | null;
  /** Blocking is asked for first. */
  onBlock: () => void;
  /** Told when a conversation with them is there; false when one has gone elsewhere meanwhile. */
  onLed?: () => boolean;
}

/** Nothing about oneself, nor about an account that is deleted. */
export function usePersonActions(id: string, { channel, onBlock, onLed }: Options): MenuAction[] {
  const client = useClient();
  const view = useView();
  const me = useMe();
  const user = useSelect((state) => state.users[id]);
  const blocked = useSelect((state) => Boolean(state.blocked[id]));
  const gone = id === me?.id || user?.deactivated === true;
  // Whoever moderates the channel can put out also who has left it.
  const outings = useOutings(channel ?? "", gone ? null : id);
  if (gone) return [];
  const message = async () => {
    const dm = await client.actions.startDm([id]);
    if (dm && (onLed?.() ?? true)) go(dm.id);
  };
  const actions: (MenuAction | false)[] = [
    // Nobody reads what is sent to a webhook.
    user?.webhook !== true && {
      id: "message",
      label: t.people.message,
      icon: "message",
      onAction: () => void message(),
    },
    {
      id: "block",
      label: blocked ? t.blocks.unblock : t.blocks.block,
      icon: "close",
      onAction: () => (blocked ? void client.actions.block(id, false) : onBlock()),
    },
    ...outings.map((how): MenuAction => ({
      id: how === "ban" ? "ban" : "put-out",
      label: t.members[how],
      icon: "leave",
      danger: true,
      onAction: () => view.openDialog({ kind: "out", channel: channel ?? "", user: id, how }),
    })),
  ];
  return actions.filter((action) => action !== false);
}
