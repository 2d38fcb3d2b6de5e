// Where a message was brought from, and who said it there: its sender's word, so it stands below the sender's name.

import type { Message } from "../../api/types";
import { t } from "../../i18n";
import { straight } from "../../lib/bidi";
import { fullTime, isoTime } from "../../lib/time";

const PROGRAMS = new Map([
  ["slack", "Slack"],
  ["discord", "Discord"],
]);

export function Provenance({ of }: { of: Message["imported"] }) {
  if (!of) return null;
  return (
    <p className="muted" data-testid="imported">
      {t.files.imported(PROGRAMS.get(of.from) ?? straight(of.from))} <b>{straight(of.author)}</b>,{" "}
      <time dateTime={isoTime(of.ts)}>{fullTime(of.ts)}</time>
    </p>
  );
}

/** How people reacted there: nobody can add to it here. */
export function ImportedReactions({ of }: { of: Message["imported"] }) {
  if (!of?.reactions?.length) return null;
  return (
    <p className="muted">
      {of.reactions.map(({ emoji, count }) => `${straight(emoji)} ${count}`).join(" · ")}
    </p>
  );
}
