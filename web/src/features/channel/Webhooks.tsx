// By which other programs post: loaded when opened.

import { type FormEvent, useEffect, useState } from "react";
import { ApiError } from "../../api/http";
import { create_webhook, delete_webhook, list_webhooks } from "../../api/operations";
import type { Channel, CreatedWebhook, Webhook } from "../../api/types";
import { t } from "../../i18n";
import { webhookTexts } from "../../i18n/webhooks";
import { nearEntry, onceLost } from "../../lib/focus";
import { moment } from "../../lib/time";
import { displayName } from "../../store/selectors";
import { Avatar } from "../../ui/Avatar";
import { ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { Failed } from "../../ui/Failed";
import { Field } from "../../ui/Field";
import { useClient, useSelect } from "../app/context";
import { fieldProblem, problemText } from "../client/problems";
import { useFailing } from "../conversation/useFailing";
import { WebhookAddress } from "./WebhookAddress";

/** As the server limits it. */
const NAME_MAX = 64;

const nameOf = ({ user }: Webhook) => displayName(user, user.id);

export function Webhooks({ info }: { info: Channel }) {
  const client = useClient();
  const texts = webhookTexts();
  const { id, archived } = info;
  const [webhooks, setWebhooks] = useState<readonly Webhook[] | null>(null);
  const [made, setMade] = useState<CreatedWebhook | null>(null);
  const { failed, fail, retry } = useFailing();
  useEffect(() => {
    if (failed) return;
    let wanted = true;
    list_webhooks(id).then(
      (answer) => {
        if (!wanted) return;
        setWebhooks(answer.webhooks);
        client.people.need(answer.webhooks.map((webhook) => webhook.created_by));
      },
      (error: unknown) => wanted && fail(error),
    );
    return () => {
      wanted = false;
    };
  }, [client, id, failed, fail]);

  const add = (created: CreatedWebhook) => {
    setWebhooks((known) => [...(known ?? []), created.webhook]);
    setMade(created);
  };
  const remove = async (webhook: Webhook) => {
    const back = nearEntry(webhook.id);
    try {
      await delete_webhook(id, webhook.id);
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof ApiError && error.code === "webhook_not_found"))
        return client.actions.failed(error);
    }
    setWebhooks((known) => known?.filter((each) => each.id !== webhook.id) ?? null);
    client.notices.show(texts.removed(nameOf(webhook)));
    onceLost(back, { inDialog: true });
  };

  return (
    <div className="form" data-testid="webhooks">
      <p className="field-hint">{texts.hint}</p>
      {!webhooks && failed ? <Failed onRetry={retry} /> : null}
      {!webhooks && !failed ? <ListSkeleton label={t.common.loading} rows={2} /> : null}
      {archived ? <p className="field-hint">{t.problems.archived}</p> : null}
      {webhooks && !archived ? <NewWebhook channel={id} onMade={add} /> : null}
      {webhooks?.length === 0 ? <p className="field-hint">{texts.none}</p> : null}
      <ul className="people">
        {webhooks?.map((webhook) => (
          <WebhookRow key={webhook.id} webhook={webhook} onRemove={remove} />
        ))}
      </ul>
      {made ? <WebhookAddress made={made} onClose={() => setMade(null)} /> : null}
    </div>
  );
}

interface WebhookRowProps {
  webhook: Webhook;
  onRemove: (webhook: Webhook) => Promise<void>;
}

function WebhookRow({ webhook, onRemove }: WebhookRowProps) {
  const texts = webhookTexts();
  const [now] = useState(() => Date.now());
  const [asked, setAsked] = useState(false);
  const { id, user, created_by: creator, last_used_ts: used } = webhook;
  const by = useSelect((state) => displayName(state.users[creator], creator));
  const name = nameOf(webhook);
  return (
    <li className="held" data-entry={id} data-testid="webhook">
      <Avatar id={user.id} name={name} size={32} />
      <span className="person-text">
        <span className="truncate">{name}</span>
        <small>
          {texts.madeBy(by)} · {used === null ? texts.unused : texts.used(moment(used, now))}
        </small>
      </span>
      <Button size="small" aria-label={texts.removeLabel(name)} onPress={() => setAsked(true)}>
        {texts.remove}
      </Button>
      {asked ? (
        <ConfirmDialog
          title={texts.removeTitle(name)}
          text={texts.removeText}
          action={texts.remove}
          onConfirm={() => void onRemove(webhook)}
          onClose={() => setAsked(false)}
        />
      ) : null}
    </li>
  );
}

interface NewWebhookProps {
  channel: string;
  onMade: (created: CreatedWebhook) => void;
}

function NewWebhook({ channel, onMade }: NewWebhookProps) {
  const client = useClient();
  const texts = webhookTexts();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === "") return setWrong(texts.nameNeeded);
    setBusy(true);
    try {
      const created = await create_webhook(channel, wanted);
      setName("");
      onMade(created);
    } catch (error) {
      if (fieldProblem(error, "name") === undefined) client.actions.failed(error);
      else setWrong(problemText(error));
    }
    setBusy(false);
  };

  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <Field
        label={texts.name}
        hint={texts.nameHint}
        maxLength={NAME_MAX}
        value={name}
        onChange={(text) => {
          setName(text);
          setWrong(null);
        }}
        error={wrong ?? undefined}
      />
      <div className="dialog-foot">
        {/* Never switched off: it gets the focus back from the dialog that shows the address. */}
        <Button type="submit" variant="primary" icon="add" isPending={busy}>
          {texts.create}
        </Button>
      </div>
    </form>
  );
}
