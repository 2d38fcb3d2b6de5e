// A person as an arch: initials on a colour that belongs to the id, so that it is the same everywhere.

import { createContext, use } from "react";
import { initials } from "../lib/initials";

interface AvatarProps {
  id: string;
  name: string;
  size?: number;
  /** Undefined draws no dot. */
  online?: boolean;
}

const HUES = [14, 38, 88, 150, 178, 204, 232, 268, 312, 342];

export function hueOf(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i += 1) hash = (hash * 31 + id.charCodeAt(i)) | 0;
  return HUES[Math.abs(hash) % HUES.length] ?? 14;
}

/** Where a person's picture is, by id; null for nobody's. */
export const Pictures = createContext<(id: string) => string | null>(() => null);

export function Avatar({ id, name, size = 36, online }: AvatarProps) {
  const hue = hueOf(id);
  const picture = use(Pictures)(id);
  return (
    <span
      className="avatar"
      aria-hidden="true"
      style={{
        width: size,
        height: size,
        fontSize: size * 0.38,
        background: `linear-gradient(160deg, hsl(${hue} 42% 46%), hsl(${hue} 48% 36%))`,
      }}
    >
      {picture ? <img className="avatar-picture" src={picture} alt="" loading="lazy" /> : initials(name)}
      {online === undefined ? null : <span className="avatar-dot" data-online={online || undefined} />}
    </span>
  );
}
