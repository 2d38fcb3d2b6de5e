// What members read of how long messages are kept. Loaded where there is something to say.

import type { Channel } from "../../api/types";
import { retentionTexts } from "../../i18n/retention";
import { useSelect } from "../app/context";
import { keptDays } from "./retention";

/** `hint`: in a form. */
export default function KeptNote({ info, hint = false }: { info: Channel; hint?: boolean }) {
  const texts = retentionTexts();
  const days = useSelect((state) => keptDays(info, state.server));
  if (days === null && info.kept_from_seq === 0) return null;
  return (
    <p className={hint ? "field-hint" : undefined} data-testid="kept-note">
      {days === null ? texts.past : texts.note(days)}
    </p>
  );
}
