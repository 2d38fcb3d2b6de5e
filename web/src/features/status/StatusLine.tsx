import type { Status } from "../../api/types";
import { statusTexts } from "../../i18n/status";
import { straight } from "../../lib/bidi";
import { moment } from "../../lib/time";
import { useToday } from "../conversation/useToday";
import { useSign } from "./useSign";
import { useStatus } from "./useStatus";

/** All of it. `withEnd`: also until when, where there is room for that. */
export function StatusLine({ status: given, withEnd = false }: { status: Status | null; withEnd?: boolean }) {
  const status = useStatus(given);
  const today = useToday();
  const sign = useSign(status?.emoji ?? null);
  if (!status) return null;
  const text = straight(status.text);
  return (
    <span className="status-line" data-testid="status">
      <span className="status-sign" aria-hidden={text ? "true" : undefined}>
        {sign}
      </span>
      {text ? (
        <span className="status-text" dir="auto">
          {text}
        </span>
      ) : null}
      {withEnd && status.until_ts !== null ? (
        <small>{statusTexts().until(moment(status.until_ts, today))}</small>
      ) : null}
    </span>
  );
}
