// A channel's picture, for those who may change its name.

import { setChannelAvatar } from "../../api/files";
import type { Channel } from "../../api/types";
import { threadTexts } from "../../i18n/threads";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { PictureForm } from "./PictureForm";
import { pictureUrl } from "./pictures";

export function ChannelPictureForm({ info }: { info: Channel }) {
  const icon = info.visibility === "private" ? "lock" : "hash";
  return (
    <PictureForm
      label={threadTexts().picture}
      testId="channel-picture-input"
      picture={<ChannelPicture picture={pictureUrl(info)} icon={icon} size={64} />}
      removable={Boolean(info.avatar)}
      onSet={async (picture) => {
        await setChannelAvatar(info.id, picture);
      }}
    />
  );
}
