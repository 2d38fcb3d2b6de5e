// What can be done with a conversation from the sidebar.

import { t } from "../../i18n";
import { nearEntry, onceLost } from "../../lib/focus";
import { IconButton } from "../../ui/Button";
import { Menu, type MenuAction } from "../../ui/Menu";
import { channelName, hasUnread } from "../../store/selectors";
import type { ChannelState } from "../../store/state";
import { useChannel, useClient, useSelect } from "../app/context";
import { useView } from "../app/view";
import { useEndings } from "../conversation/useEndings";
import { useArrangement } from "./arrangement";
import { FAVOURITES, put, unmuted } from "./sections";
import { useLevel } from "./useLevel";

interface RowMenuProps {
  /** Whether it begins open. */
  begun: boolean;
  onOpenChange: (open: boolean) => void;
}

export default function RowMenu({ id, ...props }: RowMenuProps & { id: string }) {
  const channel = useChannel(id);
  return channel ? <Known channel={channel} {...props} /> : null;
}

function Known({ channel, begun, onOpenChange }: RowMenuProps & { channel: ChannelState }) {
  const client = useClient();
  const view = useView();
  const { info } = channel;
  const { id } = info;
  const endings = useEndings(info);
  const [arrangement, change] = useArrangement();
  const setLevel = useLevel();
  const unread = useSelect((state) => hasUnread(state, id));
  const label = t.sections.options(channelName(client.store.getState(), channel));
  const place = arrangement.places[id] ?? null;
  const muted = info.notify === "none";
  const move = (section: string | null) => () => {
    const back = nearEntry(id);
    change((known) => put(known, id, section));
    onceLost(back);
  };

  const items: (MenuAction | null | false)[] = [
    {
      id: "favourite",
      label: place === FAVOURITES ? t.sections.unfavourite : t.sections.favourite,
      icon: "star",
      onAction: move(place === FAVOURITES ? null : FAVOURITES),
    },
    unread && {
      id: "read",
      label: t.channel.markRead,
      icon: "check",
      onAction: () => void client.actions.markRead(id, info.head, true),
    },
    {
      id: "mute",
      label: muted ? t.sections.unmute : t.sections.mute,
      icon: "bell",
      onAction: () => setLevel(info, muted ? unmuted(arrangement, id) : "none"),
    },
    null,
    ...arrangement.sections
      .filter((section) => section.id !== place)
      .map((section): MenuAction => ({
        id: `to-${section.id}`,
        label: t.sections.moveTo(section.name),
        onAction: move(section.id),
      })),
    place !== null && place !== FAVOURITES && { id: "out", label: t.sections.moveOut, onAction: move(null) },
    {
      id: "new",
      label: t.sections.create,
      icon: "add",
      onAction: () => view.openDialog({ kind: "section", section: null, channel: id }),
    },
    ...(info.kind === "dm" ? [null, ...endings] : []),
  ];
  return (
    <span className="row-menu">
      <Menu
        label={label}
        begun={begun}
        onOpenChange={onOpenChange}
        // The row is one stop: an arrow key, or the menu key, leads here.
        trigger={<IconButton icon="more" size="small" label={label} excludeFromTabOrder />}
        items={items.filter((item) => item !== false)}
      />
    </span>
  );
}
