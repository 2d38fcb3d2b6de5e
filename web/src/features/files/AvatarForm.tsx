// The picture of one's own profile.

import { useRef, useState } from "react";
import { setAvatar } from "../../api/files";
import { t } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { displayName } from "../../store/selectors";
import { useClient, useMe } from "../app/context";

export function AvatarForm() {
  const client = useClient();
  const me = useMe();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  if (!me) return null;
  const set = async (picture: File | null) => {
    setBusy(true);
    try {
      const user = (await setAvatar(picture)) ?? { ...me, avatar: null };
      client.store.dispatch({ type: "users_loaded", users: [user] });
    } catch (error) {
      client.actions.failed(error);
    }
    setBusy(false);
  };
  return (
    <div className="avatar-form">
      <Avatar id={me.id} name={displayName(me, me.id)} size={64} />
      <input
        ref={input}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/gif,image/webp"
        aria-label={t.files.choosePicture}
        data-testid="avatar-input"
        onChange={(event) => {
          const [picture] = event.target.files ?? [];
          event.target.value = "";
          if (picture) void set(picture);
        }}
      />
      <Button isDisabled={busy} onPress={() => input.current?.click()}>
        {t.files.choosePicture}
      </Button>
      {me.avatar ? (
        <Button variant="quiet" isDisabled={busy} onPress={() => void set(null)}>
          {t.files.removePicture}
        </Button>
      ) : null}
    </div>
  );
}
