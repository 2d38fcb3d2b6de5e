import { useId } from "react";
import type { CreatedWebhook } from "../../api/types";
import { t } from "../../i18n";
import { webhookTexts } from "../../i18n/webhooks";
import { displayName } from "../../store/selectors";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { useClient } from "../app/context";
import { copy } from "../client/copy";
import { curlLine } from "./curl";

/** Where to post: the server tells it once, and nobody can look it up later. */
export function WebhookAddress({ made, onClose }: { made: CreatedWebhook; onClose: () => void }) {
  const texts = webhookTexts();
  const warning = useId();
  const { user } = made.webhook;
  return (
    <Dialog
      title={texts.ready(displayName(user, user.id))}
      onClose={onClose}
      width={520}
      testId="webhook-address"
      describedBy={warning}
    >
      <div className="form">
        <p id={warning}>{texts.warning}</p>
        <ToCopy label={texts.address} text={made.url} action={texts.copyAddress} rows={2} first />
        <ToCopy
          label={texts.example}
          text={curlLine(made.url, texts.exampleText)}
          action={texts.copyExample}
          rows={5}
        />
        <div className="dialog-foot">
          <Button onPress={onClose}>{t.common.close}</Button>
        </div>
      </div>
    </Dialog>
  );
}

interface ToCopyProps {
  label: string;
  text: string;
  /** What the button does, in full. */
  action: string;
  /** Where a browser does not make it as high as it needs. */
  rows: number;
  /** Has the focus. */
  first?: boolean;
}

function ToCopy({ label, text, action, rows, first = false }: ToCopyProps) {
  const client = useClient();
  return (
    <div className="to-copy">
      <Field
        label={label}
        value={text}
        isReadOnly
        spellCheck="false"
        rows={rows}
        // Where a browser has no clipboard for the page, it is copied by hand.
        onFocus={({ target }) => target.select()}
      />
      <Button
        icon="copy"
        variant={first ? "primary" : "plain"}
        aria-label={action}
        autoFocus={first}
        onPress={() => void copy(client, text)}
      >
        {webhookTexts().copy}
      </Button>
    </div>
  );
}
