import type { Status } from "../../api/types";
import { straight } from "../../lib/bidi";
import { useSign } from "./useSign";
import { useStatus } from "./useStatus";

/** Beside a name, where there is room for the emoji alone: the text is to be pointed at, and heard. */
export function StatusSign({ status: given }: { status: Status | null | undefined }) {
  const status = useStatus(given);
  const sign = useSign(status?.emoji ?? null);
  if (!status) return null;
  const label = straight(status.text) || sign;
  return (
    <span className="status-sign" role="img" aria-label={label} title={label} data-testid="status">
      {sign}
    </span>
  );
}
