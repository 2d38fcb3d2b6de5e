import { t } from "../../i18n";
import { ConfirmDialog } from "../../ui/Dialog";
import { Markdown } from "../../ui/markdown/Markdown";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { canReach } from "../client/rights";
import { removeAsAdministrator } from "./removal";
import { RemovalDialog } from "./RemovalDialog";

interface DeleteMessageProps {
  channel: string;
  message: string;
  onClose: () => void;
}

export function DeleteMessage({ channel, message: id, onClose }: DeleteMessageProps) {
  const client = useClient();
  return (
    <ConfirmDialog
      title={t.message.removeTitle}
      text={
        <>
          <p>{t.message.removeText}</p>
          <Quoted channel={channel} message={id} />
        </>
      }
      action={t.message.remove}
      onConfirm={() => void client.actions.remove(channel, id)}
      onClose={onClose}
    />
  );
}

/** Of an administrator of the server, who need have no say in the channel. */
export function RemoveMessage({ channel, message, onClose }: DeleteMessageProps) {
  const client = useClient();
  const me = useMe();
  const info = useChannel(channel)?.info;
  const sender = useSelect((state) => state.channels[channel]?.messages[message]?.sender);
  const waits = t.waiting.removal(info?.host ?? "");
  return (
    <RemovalDialog
      quote={<Quoted channel={channel} message={message} />}
      outOfReach={Boolean(info && sender && !canReach(me, info.host, sender))}
      onRemove={(reason, onlyHere) =>
        removeAsAdministrator(client, { channel, message, reason, onlyHere }, waits)
      }
      onClose={onClose}
    />
  );
}

function Quoted({ channel, message: id }: { channel: string; message: string }) {
  const message = useSelect((state) => state.channels[channel]?.messages[id]);
  return (
    <div className="confirm-quote">
      <Markdown text={message?.text ?? ""} />
    </div>
  );
}
