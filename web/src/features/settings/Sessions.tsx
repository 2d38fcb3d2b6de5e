import { useCallback, useEffect, useState } from "react";
import { delete_session, list_sessions } from "../../api/operations";
import type { Session } from "../../api/types";
import { t } from "../../i18n";
import { moment } from "../../lib/time";
import { ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Failed } from "../../ui/Failed";
import { useClient } from "../app/context";
import { shownDevice } from "../client/device";
import { useFailing } from "../conversation/useFailing";

export function Sessions() {
  const client = useClient();
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [now] = useState(() => Date.now());
  const { failed, fail, retry } = useFailing();
  const load = useCallback(async () => {
    try {
      const answer = await list_sessions();
      setSessions(
        [...answer.sessions].sort(
          (a, b) => Number(b.current) - Number(a.current) || b.last_used_ts - a.last_used_ts,
        ),
      );
    } catch (error) {
      fail(error);
    }
  }, [fail]);
  useEffect(() => {
    if (failed) return;
    const timer = setTimeout(() => void load(), 0);
    return () => clearTimeout(timer);
  }, [load, failed]);

  const revoke = async (id: string) => {
    try {
      await delete_session(id);
      await load();
    } catch (error) {
      client.actions.failed(error);
    }
  };

  return (
    <div className="form">
      <p className="field-hint">{t.settings.sessionsHint}</p>
      {!sessions && failed ? <Failed onRetry={retry} /> : null}
      {!sessions && !failed ? <ListSkeleton label={t.common.loading} rows={3} /> : null}
      <ul className="sessions">
        {sessions?.map((session) => {
          const name = shownDevice(session.device_name);
          return (
            <li key={session.id}>
              <div>
                <strong>{name}</strong>
                <p className="field-hint">
                  {session.current
                    ? t.settings.thisDevice
                    : t.settings.lastUsed(moment(session.last_used_ts, now))}
                </p>
              </div>
              {session.current ? null : (
                <Button
                  size="small"
                  aria-label={t.settings.revokeLabel(name)}
                  onPress={() => void revoke(session.id)}
                >
                  {t.settings.revoke}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
