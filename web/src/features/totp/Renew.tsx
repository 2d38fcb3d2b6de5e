import { useState } from "react";
import { renew_recovery_codes } from "../../api/operations";
import { totpTexts } from "../../i18n/totp";
import { Dialog } from "../../ui/Dialog";
import { PasswordAndCode } from "./PasswordAndCode";
import { RecoveryCodes } from "./RecoveryCodes";
import { useKeeping } from "./useKeeping";

interface RenewProps {
  /** How many recovery codes there are. */
  onRenewed: (codes: number) => void;
  onStale: (error: unknown) => void;
  onClose: () => void;
}

/** Other recovery codes in the place of those that there are. Where the answer gets lost the same again makes others. */
export function Renew({ onRenewed, onStale, onClose }: RenewProps) {
  const texts = totpTexts();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { kept, setKept, close, question } = useKeeping(codes, onClose);
  const renew = async (password: string, code: string) => {
    const { recovery_codes } = await renew_recovery_codes(password, code);
    setCodes(recovery_codes);
    onRenewed(recovery_codes.length);
  };
  return (
    <Dialog
      title={codes ? texts.recoveryTitle : texts.renewTitle}
      onClose={close}
      width={420}
      testId="totp-renew"
    >
      {codes ? (
        <RecoveryCodes
          codes={codes}
          warning={texts.renewedWarning}
          kept={kept}
          onKept={setKept}
          onClose={close}
        />
      ) : (
        <PasswordAndCode
          text={texts.renewText}
          action={texts.renewAction}
          variant="primary"
          ask={renew}
          onStale={onStale}
          onClose={onClose}
        />
      )}
      {question}
    </Dialog>
  );
}
