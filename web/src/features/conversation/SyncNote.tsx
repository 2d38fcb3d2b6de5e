import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import type { Channel } from "../../api/types";
import { waitsForHost } from "../../store/waiting";
import { useSelect } from "../app/context";
import { syncState } from "../client/sync";
import { useStanding } from "./useStanding";

/** What one should know of a channel that another server orders, when not all is as usual. */
export function SyncNote({ info }: { info: Channel }) {
  const waits = useSelect((state) => waitsForHost(state, info.id));
  useStanding(info);
  const state = syncState(info, waits);
  if (state === "live") return null;
  const { host } = info;
  const words =
    state === "waiting"
      ? t.federation.waiting(host)
      : state === "replaying"
        ? t.federation.replaying(host)
        : state === "recovering"
          ? t.federation.recovering(host)
          : t.federation.frozen;
  const behind = info.sync?.behind ?? 0;
  return (
    <p className="sync-note" role="status" data-testid="sync-note" data-state={state}>
      <Icon name={state === "frozen" ? "lock" : "clock"} />
      <span>
        {words} {behind > 0 && state !== "frozen" ? `(${t.federation.behind(behind)})` : ""}
      </span>
    </p>
  );
}
