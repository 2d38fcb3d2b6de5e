// A channel's picture, or the sign for its kind.

import { Icon, type IconName } from "./Icon";

export function ChannelPicture({
  picture,
  icon,
  size,
}: {
  picture: string | null;
  icon: IconName;
  size: number;
}) {
  if (!picture) return <Icon name={icon} />;
  return (
    <img
      className="channel-picture"
      src={picture}
      alt=""
      width={size}
      height={size}
      loading="lazy"
      data-testid="channel-picture"
    />
  );
}
