// A channel's picture, for those who may change its name.

import { useRef, useState } from "react";
import { setChannelAvatar } from "../../api/files";
import type { Channel } from "../../api/types";
import { t } from "../../i18n";
import { threadTexts } from "../../i18n/threads";
import { Button } from "../../ui/Button";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { useClient } from "../app/context";
import { pictureUrl } from "./pictures";

export function ChannelPictureForm({ info }: { info: Channel }) {
  const client = useClient();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const set = async (picture: File | null) => {
    setBusy(true);
    try {
      await setChannelAvatar(info.id, picture);
    } catch (error) {
      client.actions.failed(error);
    }
    setBusy(false);
  };
  return (
    <div className="avatar-form" role="group" aria-label={threadTexts().picture}>
      <ChannelPicture
        picture={pictureUrl(info)}
        icon={info.visibility === "private" ? "lock" : "hash"}
        size={64}
      />
      <input
        ref={input}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/gif,image/webp"
        aria-label={threadTexts().picture}
        data-testid="channel-picture-input"
        onChange={(event) => {
          const [picture] = event.target.files ?? [];
          event.target.value = "";
          if (picture) void set(picture);
        }}
      />
      <Button isDisabled={busy} onPress={() => input.current?.click()}>
        {t.files.choosePicture}
      </Button>
      {info.avatar ? (
        <Button variant="quiet" isDisabled={busy} onPress={() => void set(null)}>
          {t.files.removePicture}
        </Button>
      ) : null}
    </div>
  );
}
