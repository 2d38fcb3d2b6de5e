import { t } from "../../i18n";
import { ConfirmDialog } from "../../ui/Dialog";
import { Markdown } from "../../ui/markdown/Markdown";
import { useClient, useSelect } from "../app/context";

interface DeleteMessageProps {
  channel: string;
  message: string;
  onClose: () => void;
}

export function DeleteMessage({ channel, message: id, onClose }: DeleteMessageProps) {
  const client = useClient();
  const message = useSelect((state) => state.channels[channel]?.messages[id]);
  return (
    <ConfirmDialog
      title={t.message.removeTitle}
      text={
        <>
          <p>{t.message.removeText}</p>
          <div className="confirm-quote">
            <Markdown text={message?.text ?? ""} />
          </div>
        </>
      }
      action={t.message.remove}
      onConfirm={() => void client.actions.remove(channel, id)}
      onClose={onClose}
    />
  );
}
