import { useState } from "react";
import { type Account, issue_password } from "../../api/admin";
import { t } from "../../i18n";
import { adminTexts } from "../../i18n/admin";
import { Button } from "../../ui/Button";
import { ConfirmDialog, Dialog } from "../../ui/Dialog";
import { useClient } from "../app/context";
import { copy } from "../client/copy";

interface NewPasswordProps {
  account: Account;
  name: string;
  onClose: () => void;
}

/** Asks once more, then shows the password that somebody is going to be told. */
export function NewPassword({ account, name, onClose }: NewPasswordProps) {
  const client = useClient();
  const [asked, setAsked] = useState(false);
  const [password, setPassword] = useState<string | null>(null);
  const issue = async () => {
    setAsked(true);
    try {
      setPassword((await issue_password(account.id)).password);
    } catch (error) {
      client.actions.failed(error);
      onClose();
    }
  };
  if (!asked)
    return (
      <ConfirmDialog
        title={adminTexts().newPasswordSure(name)}
        text={adminTexts().newPasswordText}
        action={adminTexts().newPasswordAction}
        onConfirm={() => void issue()}
        onClose={onClose}
        goesOn
      />
    );
  if (password === null) return null;
  return (
    <Dialog title={adminTexts().newPasswordOf(name)} onClose={onClose} width={420} testId="new-password">
      <p>
        <code className="invite-code">{password}</code>
      </p>
      <p className="field-hint">{adminTexts().newPasswordHint(name)}</p>
      <div className="dialog-foot">
        <Button onPress={() => void copy(client, password)}>{adminTexts().copyPassword}</Button>
        <Button variant="primary" autoFocus onPress={onClose}>
          {t.common.close}
        </Button>
      </div>
    </Dialog>
  );
}
