import { t } from "../../i18n";
import { displayName } from "../../store/selectors";
import { ConfirmDialog } from "../../ui/Dialog";
import { useClient, useSelect } from "../app/context";

/** Blocking is asked for twice; to hear of somebody again is not. */
export function BlockPerson({ user, onClose }: { user: string; onClose: () => void }) {
  const client = useClient();
  const texts = t.blocks;
  const name = useSelect((state) => displayName(state.users[user], user));
  return (
    <ConfirmDialog
      title={texts.sure(name)}
      text={texts.hint}
      action={texts.block}
      onConfirm={() => void client.actions.block(user, true)}
      onClose={onClose}
    />
  );
}
