import { type ReactNode, useEffect, useState } from "react";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { Button } from "../../ui/Button";
import { useClient, useSelect } from "./context";
import { Going } from "./Going";

/** Short interruptions are nobody's business. */
const CALM_MS = 1_500;

/** The status is always there: what is put into the page together with its words is often not heard. */
export function ConnectionNote() {
  const connection = useSelect((state) => state.connection);
  const away = connection.state !== "online";
  const [shown, setShown] = useState(false);
  const [lost, setLost] = useState(false);

  useEffect(() => {
    if (!away) return;
    const timer = setTimeout(() => {
      setShown(true);
      setLost(true);
    }, CALM_MS);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [away]);

  const visible = shown && away;
  return (
    <>
      <p className="visually-hidden" role="status" data-testid="connection-status">
        {visible ? t.connection.lost : lost ? spokenTexts().connected : ""}
      </p>
      {visible ? <Note retryAt={connection.state === "waiting" ? connection.retryAt : null} /> : null}
    </>
  );
}

function Note({ retryAt }: { retryAt: number | null }): ReactNode {
  const client = useClient();
  const [now, setNow] = useState(0);

  useEffect(() => {
    const tick = () => setNow(Date.now());
    const first = setTimeout(tick, 0);
    const timer = setInterval(tick, 1_000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, []);

  const seconds = retryAt !== null && now > 0 ? Math.max(0, Math.ceil((retryAt - now) / 1000)) : 0;
  return (
    <Going className="connection-note" testId="connection-note">
      <p>
        {/* Heard from the status. */}
        <span aria-hidden="true">
          {t.connection.lost} {seconds > 1 ? t.connection.retryIn(seconds) : t.connection.connecting}
        </span>
      </p>
      <Button size="small" variant="quiet" onPress={() => client.retryConnection()}>
        {t.connection.now}
      </Button>
    </Going>
  );
}
