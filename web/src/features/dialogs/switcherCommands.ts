// What the switcher can do besides leading to conversations. Typed after `>`, only these are found.

import { t } from "../../i18n";
import type { IconName } from "../../ui/Icon";
import type { State } from "../../store/state";
import type { DialogView, View } from "../app/view";
import { canInvite, mayFoundChannels } from "../client/rights";

export type SwitcherCommand = { id: string; title: string; icon: IconName } & (
  { dialog: DialogView } | { run: () => void }
);

export function commandsFor(state: State, view: View, active: string | null): SwitcherCommand[] {
  const info = active ? state.channels[active]?.info : undefined;
  const here: (SwitcherCommand | false | undefined)[] = [
    info && {
      id: ">members",
      title: t.switcher.members,
      icon: "people",
      run: () => view.setPanel({ kind: "members" }),
    },
    info && {
      id: ">details",
      title: t.switcher.details,
      icon: "settings",
      dialog: { kind: "channel", channel: info.id },
    },
    info &&
      canInvite(info) && {
        id: ">invite",
        title: t.switcher.invite,
        icon: "add",
        dialog: { kind: "invite", channel: info.id },
      },
  ];
  const everywhere: (SwitcherCommand | false)[] = [
    { id: ">browse", title: t.nav.browse, icon: "compass", dialog: { kind: "directory" } },
    mayFoundChannels(state) && {
      id: ">create",
      title: t.nav.create,
      icon: "hash",
      dialog: { kind: "create" },
    },
    { id: ">dm", title: t.nav.startDm, icon: "message", dialog: { kind: "dm" } },
    { id: ">people", title: t.peopleDirectory.title, icon: "people", dialog: { kind: "people" } },
    { id: ">inbox", title: t.nav.inbox, icon: "bell", run: () => view.setPanel({ kind: "inbox" }) },
    {
      id: ">saved",
      title: t.nav.saved,
      icon: "bookmark",
      run: () => view.setPanel({ kind: "saved" }),
    },
    {
      id: ">read",
      title: t.switcher.readAll,
      icon: "check",
      run: () => dispatchEvent(new Event("loggia:read-all")),
    },
    { id: ">settings", title: t.nav.settings, icon: "settings", dialog: { kind: "settings" } },
    { id: ">keys", title: t.switcher.keys, icon: "command", dialog: { kind: "settings", tab: "keyboard" } },
    state.reports !== null && {
      id: ">reports",
      title: t.nav.reports,
      icon: "flag",
      dialog: { kind: "reports" },
    },
    state.me?.role === "admin" && {
      id: ">admin",
      title: t.nav.administration,
      icon: "people",
      dialog: { kind: "admin" },
    },
  ];
  return [...here, ...everywhere].filter((each) => each !== false && each !== undefined);
}
