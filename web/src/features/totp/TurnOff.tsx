import { type FormEvent, useState } from "react";
import { delete_totp } from "../../api/operations";
import { t } from "../../i18n";
import { totpTexts } from "../../i18n/totp";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useClient } from "../app/context";
import { CodeField } from "./CodeField";
import { codeProblem, isStale, passwordProblem } from "./codes";

interface TurnOffProps {
  onTurnedOff: () => void;
  onStale: (error: unknown) => void;
  onClose: () => void;
}

/** Takes what signing in takes. */
export function TurnOff({ onTurnedOff, onStale, onClose }: TurnOffProps) {
  const client = useClient();
  const texts = totpTexts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      await delete_totp(password, code.trim());
      onTurnedOff();
    } catch (cause) {
      setBusy(false);
      setError(cause);
      if (isStale(cause)) onStale(cause);
      else if (!passwordProblem(cause) && !codeProblem(cause)) client.actions.failed(cause);
    }
  };
  return (
    <Dialog title={texts.turnOffTitle} onClose={onClose} width={420} testId="totp-off">
      <form className="form" onSubmit={(event) => void submit(event)}>
        <p>{texts.turnOffText}</p>
        <Field
          label={t.settings.currentPassword}
          inputType="password"
          autoComplete="current-password"
          autoFocus
          isRequired
          value={password}
          onChange={setPassword}
          error={passwordProblem(error)}
        />
        <CodeField
          label={texts.code}
          hint={texts.codeHint}
          value={code}
          onChange={setCode}
          error={codeProblem(error)}
        />
        <div className="dialog-foot">
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button type="submit" variant="danger" isPending={busy}>
            {texts.turnOffAction}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
