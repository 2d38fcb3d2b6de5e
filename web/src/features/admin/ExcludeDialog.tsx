import type { Exclusion } from "../../api/admin";
import { exclusionTexts } from "../../i18n/exclusions";
import { useClient } from "../app/context";
import { ReasonDialog } from "../dialogs/ReasonDialog";
import { exclude } from "./excluding";

interface ExcludeDialogProps {
  user: string;
  name: string;
  onDone: (exclusion: Exclusion) => void;
  onClose: () => void;
}

/** Asks once more, and why. */
export function ExcludeDialog({ user, name, onDone, onClose }: ExcludeDialogProps) {
  const client = useClient();
  const texts = exclusionTexts();
  const confirm = async (reason: string) => {
    const done = await exclude(client, user, name, reason);
    if (done) onDone(done);
  };
  return (
    <ReasonDialog
      title={texts.sure(name)}
      text={<p>{texts.text}</p>}
      hint={texts.reasonHint}
      action={texts.keepOff}
      onConfirm={(reason) => void confirm(reason)}
      onClose={onClose}
    />
  );
}
