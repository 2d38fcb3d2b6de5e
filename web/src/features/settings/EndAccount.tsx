// The end of an account: asked for twice, and with the password.

import { useState } from "react";
import { accountTexts } from "../../i18n/account";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useClient, useMe } from "../app/context";
import { problemText } from "../client/problems";

export function EndAccount() {
  const client = useClient();
  const me = useMe();
  const texts = accountTexts();
  const [password, setPassword] = useState("");
  const [sure, setSure] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const end = async () => {
    try {
      await client.deleteAccount(password);
      client.notices.show(texts.ended);
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <form
      className="form"
      aria-label={texts.end}
      onSubmit={(event) => {
        event.preventDefault();
        setError(null);
        setSure(true);
      }}
    >
      <h3 className="settings-title">{texts.end}</h3>
      <p className="field-hint">{texts.endHint}</p>
      <Field
        label={t.settings.currentPassword}
        inputType="password"
        autoComplete="current-password"
        isRequired
        value={password}
        onChange={setPassword}
        error={error ? problemText(error) : undefined}
      />
      <div className="dialog-foot">
        <Button type="submit" variant="danger" isDisabled={password === ""}>
          {texts.end}
        </Button>
      </div>
      {sure ? (
        <ConfirmDialog
          title={texts.endTitle(me?.id ?? "")}
          text={texts.endText}
          action={texts.endSure}
          onConfirm={() => void end()}
          onClose={() => setSure(false)}
        />
      ) : null}
    </form>
  );
}
