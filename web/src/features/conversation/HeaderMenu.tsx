// What can be done with a conversation from its head. Loaded after the first picture: Header.tsx.

import { t } from "../../i18n";
import type { Begin, MenuAction } from "../../ui/Menu";
import OpenMenu, { type OpenMenuProps } from "../../ui/OpenMenu";
import { useClient } from "../app/context";
import { useView } from "../app/view";
import { canInvite } from "../client/rights";
import { useArrangement } from "../sidebar/arrangement";
import { FAVOURITES, put } from "../sidebar/sections";
import type { OptionsProps } from "./Header";
import { useEndings } from "./useEndings";

type HeaderMenuProps = OptionsProps & Pick<OpenMenuProps, "trigger" | keyof Begin>;

export default function HeaderMenu({ channel, narrow, onPanel, ...menu }: HeaderMenuProps) {
  const { info } = channel;
  const client = useClient();
  const view = useView();
  const dm = info.kind === "dm";
  const [arrangement, arrange] = useArrangement();
  const favourite = arrangement.places[info.id] === FAVOURITES;
  const endings = useEndings(info);
  const leave: MenuAction = {
    id: "leave",
    label: t.channel.leave,
    icon: "leave",
    danger: true,
    onAction: () => view.openDialog({ kind: "leave", channel: info.id }),
  };

  const items: (MenuAction | null | false)[] = [
    narrow && {
      id: "members",
      label: t.channel.members(info.member_count),
      icon: "people",
      onAction: () => onPanel({ kind: "members" }),
    },
    !dm &&
      canInvite(info) && {
        id: "invite",
        label: t.channel.invitePeople,
        icon: "add",
        onAction: () => view.openDialog({ kind: "invite", channel: info.id }),
      },
    { id: "pins", label: t.channel.showPins, icon: "pin", onAction: () => onPanel({ kind: "pins" }) },
    { id: "files", label: t.channel.showFiles, icon: "file", onAction: () => onPanel({ kind: "files" }) },
    {
      id: "read",
      label: t.channel.markRead,
      icon: "check",
      onAction: () => void client.actions.markRead(info.id, info.head, true),
    },
    {
      id: "favourite",
      label: favourite ? t.sections.unfavourite : t.sections.favourite,
      icon: "star",
      onAction: () => arrange((known) => put(known, info.id, favourite ? null : FAVOURITES)),
    },
    {
      id: "settings",
      label: dm ? t.channel.detailsDm : t.channel.details,
      icon: "settings",
      onAction: () => view.openDialog({ kind: "channel", channel: info.id }),
    },
    null,
    ...(dm ? endings : [leave]),
  ];

  return <OpenMenu {...menu} label={t.channel.options} items={items.filter((item) => item !== false)} />;
}
