// The picture of one's own profile.

import { setAvatar } from "../../api/files";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { displayName } from "../../store/selectors";
import { useClient, useMe } from "../app/context";
import { PictureForm } from "./PictureForm";

export function AvatarForm() {
  const client = useClient();
  const me = useMe();
  if (!me) return null;
  return (
    <PictureForm
      label={t.files.choosePicture}
      testId="avatar-input"
      picture={<Avatar id={me.id} name={displayName(me, me.id)} size={64} />}
      removable={Boolean(me.avatar)}
      onSet={async (picture) => {
        const user = (await setAvatar(picture)) ?? { ...me, avatar: null };
        client.store.dispatch({ type: "users_loaded", users: [user] });
      }}
    />
  );
}
