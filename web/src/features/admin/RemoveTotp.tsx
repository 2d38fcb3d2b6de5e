import { type Account, reset_totp } from "../../api/admin";
import { totpTexts } from "../../i18n/totp";
import { ConfirmDialog } from "../../ui/Dialog";
import { useClient } from "../app/context";

interface RemoveTotpProps {
  account: Account;
  name: string;
  onRemoved: (account: Account) => void;
  onClose: () => void;
}

/** For somebody who has lost what their codes came from. */
export function RemoveTotp({ account, name, onRemoved, onClose }: RemoveTotpProps) {
  const client = useClient();
  const texts = totpTexts();
  const remove = async () => {
    try {
      await reset_totp(account.id);
      onRemoved({ ...account, totp: false });
      client.notices.show(texts.removed(name));
    } catch (error) {
      client.actions.failed(error);
    }
  };
  return (
    <ConfirmDialog
      title={texts.removeTitle(name)}
      text={texts.removeText}
      action={texts.removeAction}
      onConfirm={() => void remove()}
      onClose={onClose}
    />
  );
}
