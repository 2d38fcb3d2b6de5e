import { delete_totp } from "../../api/operations";
import { totpTexts } from "../../i18n/totp";
import { Dialog } from "../../ui/Dialog";
import { PasswordAndCode } from "./PasswordAndCode";

interface TurnOffProps {
  onTurnedOff: () => void;
  onStale: (error: unknown) => void;
  onClose: () => void;
}

export function TurnOff({ onTurnedOff, onStale, onClose }: TurnOffProps) {
  const texts = totpTexts();
  const turnOff = async (password: string, code: string) => {
    await delete_totp(password, code);
    onTurnedOff();
  };
  return (
    <Dialog title={texts.turnOffTitle} onClose={onClose} width={420} testId="totp-off">
      <PasswordAndCode
        text={texts.turnOffText}
        action={texts.turnOffAction}
        variant="danger"
        ask={turnOff}
        onStale={onStale}
        onClose={onClose}
      />
    </Dialog>
  );
}
