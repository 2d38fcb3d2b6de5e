import { useState } from "react";
import { delete_totp } from "../../api/operations";
import { t } from "../../i18n";
import { totpTexts } from "../../i18n/totp";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { CodeField } from "./CodeField";
import { codeProblem, passwordProblem } from "./codes";
import { useAsking } from "./useAsking";

interface TurnOffProps {
  onTurnedOff: () => void;
  onStale: (error: unknown) => void;
  onClose: () => void;
}

/** Takes what signing in takes. */
export function TurnOff({ onTurnedOff, onStale, onClose }: TurnOffProps) {
  const texts = totpTexts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { busy, error, submit } = useAsking(async () => {
    await delete_totp(password, code.trim());
    onTurnedOff();
  }, onStale);
  return (
    <Dialog title={texts.turnOffTitle} onClose={onClose} width={420} testId="totp-off">
      <form className="form" onSubmit={submit}>
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
