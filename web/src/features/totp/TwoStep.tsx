// Two-step sign-in, in the settings of the account.

import { useEffect, useState } from "react";
import { get_totp } from "../../api/operations";
import type { TotpState } from "../../api/types";
import { t } from "../../i18n";
import { totpTexts } from "../../i18n/totp";
import { shortDate } from "../../lib/time";
import { ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Failed } from "../../ui/Failed";
import { useClient } from "../app/context";
import { useFailing } from "../conversation/useFailing";
import { FEW_CODES } from "./codes";
import { Renew } from "./Renew";
import { TurnOff } from "./TurnOff";
import { TurnOn } from "./TurnOn";

const OFF: TotpState = { enabled: false, enabled_ts: null, recovery_codes: 0 };

export function TwoStep() {
  const client = useClient();
  const texts = totpTexts();
  const [state, setState] = useState<TotpState | null>(null);
  const [asked, setAsked] = useState<"on" | "off" | "renew" | null>(null);
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (state || failed) return;
    let wanted = true;
    get_totp().then(
      (found) => wanted && setState(found),
      (error: unknown) => wanted && fail(error),
    );
    return () => {
      wanted = false;
    };
  }, [state, failed, fail]);
  const close = () => setAsked(null);
  const anew = () => {
    setState(null);
    close();
  };
  const stale = (error: unknown) => {
    client.actions.failed(error);
    anew();
  };
  const turnedOn = (codes: number) =>
    setState({ enabled: true, enabled_ts: Date.now(), recovery_codes: codes });
  const renewed = (codes: number) => setState((before) => before && { ...before, recovery_codes: codes });
  const turnedOff = () => {
    setState(OFF);
    client.notices.show(texts.turnedOff);
    close();
  };
  return (
    <section className="fieldset" aria-label={texts.title} data-testid="two-step">
      <h3 className="settings-title">{texts.title}</h3>
      <p className="field-hint">{texts.hint}</p>
      {!state && failed ? <Failed onRetry={retry} /> : null}
      {!state && !failed ? <ListSkeleton label={t.common.loading} rows={1} /> : null}
      {state ? <Standing state={state} /> : null}
      {state ? (
        <div className="button-row">
          {/* One button for both: it gets the focus back from the dialog that has changed what it does. */}
          <Button onPress={() => setAsked(state.enabled ? "off" : "on")}>
            {state.enabled ? texts.turnOff : texts.turnOn}
          </Button>
          {state.enabled ? <Button onPress={() => setAsked("renew")}>{texts.renew}</Button> : null}
        </div>
      ) : null}
      {asked === "on" ? (
        <TurnOn onTurnedOn={turnedOn} onStale={stale} onUnsure={anew} onClose={close} />
      ) : null}
      {asked === "renew" ? <Renew onRenewed={renewed} onStale={stale} onClose={close} /> : null}
      {asked === "off" ? <TurnOff onTurnedOff={turnedOff} onStale={stale} onClose={close} /> : null}
    </section>
  );
}

function Standing({ state }: { state: TotpState }) {
  const texts = totpTexts();
  const { enabled, enabled_ts: since, recovery_codes: left } = state;
  if (!enabled) return <p>{texts.off}</p>;
  return (
    <>
      <p>
        {texts.on(shortDate(since ?? 0))} {texts.left(left)}
      </p>
      {left <= FEW_CODES ? <p className="auth-note">{texts.few}</p> : null}
    </>
  );
}
