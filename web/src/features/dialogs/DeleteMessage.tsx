import { remove_message } from "../../api/admin";
import { t } from "../../i18n";
import { ConfirmDialog } from "../../ui/Dialog";
import { Markdown } from "../../ui/markdown/Markdown";
import { useChannel, useClient, useSelect } from "../app/context";
import { ReasonDialog } from "./ReasonDialog";

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
export function RemoveMessage({ channel, message: id, onClose }: DeleteMessageProps) {
  const client = useClient();
  const host = useChannel(channel)?.info.host ?? "";
  const remove = async (reason: string) => {
    try {
      if (await remove_message(channel, id, reason)) client.notices.show(t.waiting.removal(host));
    } catch (error) {
      client.actions.failed(error);
    }
  };
  return (
    <ReasonDialog
      title={t.message.removeTitle}
      text={
        <>
          <p>{t.admin.removeText}</p>
          <Quoted channel={channel} message={id} />
        </>
      }
      hint={t.admin.reasonHint}
      action={t.message.remove}
      onConfirm={(reason) => void remove(reason)}
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
