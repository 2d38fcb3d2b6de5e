// Turning two-step sign-in on: the password, then what an authenticator has to know and a code of it, then the recovery
// codes. Neither secret nor codes can be had again.

import { useEffect, useRef, useState } from "react";
import { begin_totp, confirm_totp } from "../../api/operations";
import type { TotpSecret } from "../../api/types";
import { t } from "../../i18n";
import { totpTexts } from "../../i18n/totp";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useClient } from "../app/context";
import { copy } from "../client/copy";
import { CodeField } from "./CodeField";
import { codeProblem, inGroups, isOn, isUnanswered, passwordProblem } from "./codes";
import { QrCode } from "./QrCode";
import { RecoveryCodes } from "./RecoveryCodes";
import { useAsking } from "./useAsking";
import { useKeeping } from "./useKeeping";

interface TurnOnProps {
  /** How many recovery codes there are. */
  onTurnedOn: (codes: number) => void;
  onStale: (error: unknown) => void;
  /** Closed, while it is not known whether it was turned on. */
  onUnsure: () => void;
  onClose: () => void;
}

export function TurnOn({ onTurnedOn, onStale, onUnsure, onClose }: TurnOnProps) {
  const texts = totpTexts();
  const [begun, setBegun] = useState<TotpSecret | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  // The server may have made codes: its answer got lost.
  const [unsure, setUnsure] = useState(false);
  const [unshown, setUnshown] = useState(false);
  const turnedOn = (recovery: readonly string[]) => {
    setCodes(recovery);
    setUnsure(false);
    onTurnedOn(recovery.length);
  };
  const { kept, setKept, close, question } = useKeeping(codes, () => (unsure ? onUnsure() : onClose()));
  const stale = (error: unknown) => (unsure && isOn(error) ? setUnshown(true) : onStale(error));
  return (
    <Dialog
      title={unshown ? texts.unshownTitle : codes ? texts.recoveryTitle : texts.turnOnTitle}
      onClose={close}
      width={begun ? 560 : 420}
      testId="totp-on"
    >
      {unshown ? (
        <Unshown onClose={close} />
      ) : codes ? (
        <RecoveryCodes
          codes={codes}
          warning={texts.recoveryWarning}
          kept={kept}
          onKept={setKept}
          onClose={close}
        />
      ) : begun ? (
        <Scan
          begun={begun}
          onConfirmed={turnedOn}
          onUnanswered={() => setUnsure(true)}
          onStale={stale}
          onClose={close}
        />
      ) : (
        <AskPassword onBegun={setBegun} onStale={onStale} onClose={onClose} />
      )}
      {question}
    </Dialog>
  );
}

interface AskPasswordProps {
  onBegun: (begun: TotpSecret) => void;
  onStale: (error: unknown) => void;
  onClose: () => void;
}

function AskPassword({ onBegun, onStale, onClose }: AskPasswordProps) {
  const texts = totpTexts();
  const [password, setPassword] = useState("");
  const { busy, error, submit } = useAsking(async () => onBegun(await begin_totp(password)), onStale);
  return (
    <form className="form" onSubmit={submit}>
      <Field
        label={t.settings.currentPassword}
        hint={texts.passwordHint}
        inputType="password"
        autoComplete="current-password"
        autoFocus
        isRequired
        value={password}
        onChange={setPassword}
        error={passwordProblem(error) ?? codeProblem(error)}
      />
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button type="submit" variant="primary" isPending={busy}>
          {texts.goOn}
        </Button>
      </div>
    </form>
  );
}

interface ScanProps {
  begun: TotpSecret;
  onConfirmed: (codes: readonly string[]) => void;
  /** The server may have taken the code all the same. */
  onUnanswered: () => void;
  onStale: (error: unknown) => void;
  onClose: () => void;
}

function Scan({ begun, onConfirmed, onUnanswered, onStale, onClose }: ScanProps) {
  const client = useClient();
  const texts = totpTexts();
  const [code, setCode] = useState("");
  // A phone's keyboard would cover what is to be read first.
  const [types] = useState(() => matchMedia("(pointer: fine)").matches);
  const reads = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (!types) reads.current?.focus();
  }, [types]);
  const { busy, error, submit } = useAsking(async () => {
    try {
      onConfirmed((await confirm_totp(code.trim())).recovery_codes);
    } catch (cause) {
      if (isUnanswered(cause)) onUnanswered();
      throw cause;
    }
  }, onStale);
  return (
    <form className="form" onSubmit={submit}>
      <div className="totp-scan">
        <QrCode text={begun.uri} label={texts.picture} />
        <div className="totp-key">
          <p ref={reads} tabIndex={-1} className="totp-first">
            {texts.scan}
          </p>
          <p className="field-label">{texts.key}</p>
          <code data-testid="totp-secret">{inGroups(begun.secret)}</code>
          <div className="button-row">
            <Button size="small" icon="copy" onPress={() => void copy(client, begun.secret)}>
              {texts.copyKey}
            </Button>
            <a className="button" data-variant="plain" data-size="small" href={begun.uri}>
              {texts.open}
            </a>
          </div>
        </div>
      </div>
      <CodeField
        label={texts.shownCode}
        hint={texts.shownCodeHint}
        digits
        autoFocus={types}
        value={code}
        onChange={setCode}
        error={codeProblem(error)}
      />
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button type="submit" variant="primary" isPending={busy}>
          {texts.confirm}
        </Button>
      </div>
    </form>
  );
}

/** The codes that were made are known to nobody. */
function Unshown({ onClose }: { onClose: () => void }) {
  const texts = totpTexts();
  const text = useRef<HTMLParagraphElement>(null);
  useEffect(() => text.current?.focus(), []);
  return (
    <div className="form">
      <p ref={text} tabIndex={-1} className="totp-warning">
        {texts.unshownText}
      </p>
      <div className="dialog-foot">
        <Button variant="primary" onPress={onClose}>
          {texts.done}
        </Button>
      </div>
    </div>
  );
}
