// What can be done about somebody whose name or face is pointed at. Loaded after the first picture: usePersonMenu.tsx.

import { t } from "../../i18n";
import type { MenuAction, Point } from "../../ui/Menu";
import { PointMenu } from "../../ui/PointMenu";
import { displayName, foreignId, localPart } from "../../store/selectors";
import { useMe, useSelect } from "../app/context";
import { useView } from "../app/view";
import { mentionInto } from "../composer/quoting";
import { useCanPost } from "../conversation/useCanPost";
import { usePersonActions } from "./usePersonActions";

interface PersonMenuProps {
  user: string;
  channel: string | null;
  /** Whose draft they can be mentioned in. */
  place: string;
  at: Point;
  onClose: () => void;
}

export default function PersonMenu({ user: id, channel, place, at, onClose }: PersonMenuProps) {
  const view = useView();
  const me = useMe();
  const user = useSelect((state) => state.users[id]);
  const canPost = useCanPost(channel ?? "");
  const onBlock = () => view.openDialog({ kind: "block", user: id });
  const actions = usePersonActions(id, { channel, onBlock });
  const profile: MenuAction = {
    id: "profile",
    label: t.settings.profile,
    icon: "user",
    onAction: () => view.openDialog({ kind: "profile", user: id, ...(channel ? { channel } : {}) }),
  };
  const mention: MenuAction = {
    id: "mention",
    label: t.people.mention,
    icon: "reply",
    onAction: () => mentionInto(place, foreignId(me, id) ?? `@${user?.username ?? localPart(id)}`),
  };
  const mentions = canPost && user?.webhook !== true && user?.deactivated !== true && id !== me?.id;
  const writing = [...actions.filter((action) => action.id === "message"), ...(mentions ? [mention] : [])];
  const others = actions.filter((action) => action.id !== "message");
  return (
    <PointMenu
      label={t.members.actions(displayName(user, id))}
      at={at}
      items={[profile, ...writing, ...(others.length > 0 ? [null] : []), ...others]}
      onClose={onClose}
    />
  );
}
