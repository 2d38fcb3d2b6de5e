import { type FormEvent, useState } from "react";
import type { Visibility } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Choices, Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { useChannel, useClient } from "../app/context";
import { useView } from "../app/view";
import { problemText } from "../client/problems";
import { canSetPolicy, canSetProfile } from "../client/rights";

export function General({ channel: id, onClose }: { channel: string; onClose: () => void }) {
  const client = useClient();
  const view = useView();
  const info = useChannel(id)?.info;
  const [name, setName] = useState(info?.name ?? "");
  const [topic, setTopic] = useState(info?.topic ?? "");
  const [visibility, setVisibility] = useState<Visibility>(info?.visibility ?? "public");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (!info) return null;
  const dm = info.kind === "dm";
  const editable = canSetProfile(info);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const change = {
      ...(name.trim() !== info.name ? { name: name.trim() } : {}),
      ...(topic.trim() !== info.topic ? { topic: topic.trim() } : {}),
      ...(visibility !== info.visibility ? { visibility } : {}),
    };
    try {
      if (Object.keys(change).length > 0) await client.actions.updateChannel(id, change);
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };

  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      {dm ? null : (
        <>
          <Field
            label={t.channelSettings.name}
            isRequired
            isDisabled={!editable}
            maxLength={80}
            value={name}
            onChange={setName}
          />
          <Field
            label={t.channelSettings.topic}
            rows={2}
            isDisabled={!editable}
            maxLength={500}
            value={topic}
            onChange={setTopic}
          />
          {editable ? null : <p className="field-hint">{t.channelSettings.readOnly}</p>}
        </>
      )}
      {canSetPolicy(info) ? (
        <Choices
          label={t.channelSettings.visibility}
          row
          value={visibility}
          onChange={setVisibility}
          choices={[
            { value: "public", title: t.channel.public, icon: <Icon name="hash" /> },
            { value: "private", title: t.channel.private, icon: <Icon name="lock" /> },
          ]}
        />
      ) : null}
      <Choices
        label={t.channelSettings.notify}
        value={info.notify}
        onChange={(level) => void client.actions.setNotify(id, level)}
        choices={[
          { value: "all", title: t.channelSettings.notifyAll, icon: <Icon name="bell" /> },
          { value: "mentions", title: t.channelSettings.notifyMentions, icon: <Icon name="user" /> },
          { value: "none", title: t.channelSettings.notifyNone, icon: <Icon name="close" /> },
        ]}
      />
      {error ? (
        <p className="field-error" role="alert">
          {problemText(error)}
        </p>
      ) : null}
      <div className="dialog-foot">
        {dm ? null : (
          <span className="foot-start">
            <Button
              variant="quiet"
              icon="leave"
              onPress={() => view.openDialog({ kind: "leave", channel: id })}
            >
              {t.channelSettings.leave}
            </Button>
          </span>
        )}
        {editable ? (
          <Button type="submit" variant="primary" isDisabled={busy || name.trim() === ""}>
            {t.common.save}
          </Button>
        ) : (
          <Button onPress={onClose}>{t.common.close}</Button>
        )}
      </div>
    </form>
  );
}
