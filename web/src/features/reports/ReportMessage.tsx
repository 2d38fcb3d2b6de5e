// Reports somebody's message, and says who gets to know of it.

import { type FormEvent, useState } from "react";
import { create_report } from "../../api/reports";
import { t } from "../../i18n";
import { reportTexts } from "../../i18n/reports";
import { displayName } from "../../store/selectors";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Toggle } from "../../ui/Toggle";
import { useChannel, useClient, useMe, useSelect } from "../app/context";
import { Quoted } from "./Quoted";
import { alsoTold } from "./reports";

/** As the server limits it. */
const REASON_MAX = 500;

interface ReportMessageProps {
  channel: string;
  message: string;
  onClose: () => void;
}

export function ReportMessage({ channel, message: id, onClose }: ReportMessageProps) {
  const client = useClient();
  const texts = reportTexts();
  // As it was when it was reported, whatever becomes of it meanwhile.
  const [message] = useState(() => client.store.getState().channels[channel]?.messages[id]);
  const author = message?.sender ?? "";
  const name = useSelect((state) => displayName(state.users[author], author));
  const blocked = useSelect((state) => Boolean(state.blocked[author]));
  const [reason, setReason] = useState("");
  const [blocks, setBlocks] = useState(false);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await create_report(channel, id, reason);
    } catch (error) {
      setBusy(false);
      return client.actions.failed(error);
    }
    client.notices.show(texts.sent);
    onClose();
    if (blocks) await client.actions.block(author, true);
  };

  return (
    <Dialog title={texts.title} onClose={onClose} testId="report-message">
      <form className="form" onSubmit={(event) => void submit(event)}>
        {message ? <Quoted message={message} /> : null}
        <Field
          label={texts.reason}
          hint={texts.reasonHint}
          rows={3}
          maxLength={REASON_MAX}
          value={reason}
          onChange={setReason}
        />
        <Readers channel={channel} author={author} name={name} />
        {author === "" || blocked ? null : (
          <Toggle label={texts.block(name)} hint={texts.blockHint} value={blocks} onChange={setBlocks} />
        )}
        <div className="dialog-foot">
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button type="submit" variant="primary" icon="flag" isPending={busy}>
            {texts.send}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Readers({ channel, author, name }: { channel: string; author: string; name: string }) {
  const texts = reportTexts();
  const info = useChannel(channel)?.info;
  const server = useMe()?.server ?? "";
  if (!info || author === "") return null;
  const others = alsoTold(info.host, author, server).join(", ");
  return (
    <p className="field-hint" data-testid="report-readers">
      {[
        info.kind === "dm" ? texts.toConversation(server) : texts.toChannel(server),
        ...(others ? [texts.toOthers(others)] : []),
        texts.untold(name),
      ].join(" ")}
    </p>
  );
}
