import { type ReactNode } from "react";
import { t } from "../../i18n";
import { Badge } from "../../ui/bits";
import type { Channel } from "../../api/types";

export interface WaitingProps {
  kind: Channel["kind"];
  unread: number;
  /** What asks for the person: direct messages, mentions. */
  loud: number;
  muted: boolean;
}

export const waitingOf = (info: Channel): WaitingProps => ({
  kind: info.kind,
  unread: info.unread,
  loud: info.kind === "dm" ? info.unread : info.mentions,
  muted: info.notify === "none",
});

/** How much of a conversation waits, the same wherever it is listed. A muted conversation's mentions are counted, quietly. */
export function Waiting({ kind, loud, unread, muted }: WaitingProps): ReactNode {
  if (loud > 0) {
    const label = kind === "dm" ? t.nav.unread(loud) : t.nav.mentions(loud);
    return <Badge count={loud} loud={!muted} label={label} />;
  }
  return <Badge count={muted ? 0 : unread} label={t.nav.unread(unread)} />;
}
