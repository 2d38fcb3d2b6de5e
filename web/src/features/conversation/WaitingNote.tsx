import { t } from "../../i18n";
import type { Pending } from "../../api/types";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useChannel, useClient } from "../app/context";

interface WaitingNoteProps {
  channel: string;
  /** What waits; without it, it is not known under which id. */
  pending: Pending | null;
  kind: "message" | "edit" | "removal";
}

/** Says that something waits for the channel's host, and takes it back. */
export function WaitingNote({ channel, pending, kind }: WaitingNoteProps) {
  const client = useClient();
  const host = useChannel(channel)?.info.host ?? "";
  const words = { message: t.waiting.message, edit: t.waiting.edit, removal: t.waiting.removal }[kind];
  return (
    <div className="waiting-note">
      <Icon name="clock" />
      <span data-testid="waiting-host">{words(host)}</span>
      {pending ? (
        <Button size="small" variant="quiet" onPress={() => void client.actions.takeBack(channel, pending)}>
          {t.waiting.takeBack}
        </Button>
      ) : null}
    </div>
  );
}
