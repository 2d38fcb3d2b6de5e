import { t } from "../../i18n";
import type { Refusal } from "../../api/types";
import { Button } from "../../ui/Button";
import { refusedText } from "../client/problems";
import { useClient, useSelect } from "./context";
import { Going } from "./Going";

/** Shown at a time: the oldest. */
const SHOWN_MAX = 3;

/** What was refused after it had waited, until it is put away: nobody may have been there to hear of it. */
export function RefusalsNote() {
  const refusals = useSelect((state) => state.refusals);
  return refusals.slice(0, SHOWN_MAX).map((refusal) => <One key={refusal.pending.id} refusal={refusal} />);
}

function One({ refusal }: { refusal: Refusal }) {
  const client = useClient();
  const { pending, host, channel_name, code } = refusal;
  const said = pending.message?.text ?? pending.emoji ?? "";
  return (
    <Going className="offer-note" role="status" testId="refusal-note">
      <p>
        {channel_name === "" ? null : <strong>{channel_name}: </strong>}
        {refusedText(host, pending.kind, code)}
        {said === "" ? null : <q className="refused-text">{said}</q>}
      </p>
      <Button size="small" variant="quiet" onPress={() => void client.actions.dismissRefusal(pending.id)}>
        {t.common.dismiss}
      </Button>
    </Going>
  );
}
