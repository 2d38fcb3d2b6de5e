import { type FormEvent, useState } from "react";
import type { Visibility } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Choices, Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { useChannel, useClient, useMe } from "../app/context";
import { useView } from "../app/view";
import { useLevel } from "../sidebar/useLevel";
import KeptNote from "./KeptNote";
import { fieldProblem, problemText } from "../client/problems";
import { canSetPolicy, canSetProfile } from "../client/rights";
import { ChannelPictureForm } from "../files/ChannelPictureForm";

/** `#garden:b.example` to `garden`. */
const localAlias = (alias: string | null): string => alias?.replace(/^#/, "").split(":")[0] ?? "";

export function General({ channel: id, onClose }: { channel: string; onClose: () => void }) {
  const client = useClient();
  const view = useView();
  const setLevel = useLevel();
  const me = useMe();
  const info = useChannel(id)?.info;
  const [name, setName] = useState(info?.name ?? "");
  const [topic, setTopic] = useState(info?.topic ?? "");
  const [visibility, setVisibility] = useState<Visibility>(info?.visibility ?? "public");
  const [alias, setAlias] = useState(localAlias(info?.alias ?? null));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (!info) return null;
  const dm = info.kind === "dm";
  const editable = canSetProfile(info);
  // What a channel is found under is a matter of the server that it lives on.
  const addressed = canSetPolicy(info) && info.host === me?.server;

  const change = {
    ...(name.trim() !== info.name ? { name: name.trim() } : {}),
    ...(topic.trim() !== info.topic ? { topic: topic.trim() } : {}),
    ...(visibility !== info.visibility ? { visibility } : {}),
    ...(alias.trim() !== localAlias(info.alias) ? { alias: alias.trim() || null } : {}),
  };
  const changed = Object.keys(change).length > 0;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await client.actions.updateChannel(id, change);
      client.notices.show(t.common.saved);
      onClose();
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };

  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      {editable ? <ChannelPictureForm info={info} /> : null}
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
          {addressed ? (
            <Field
              label={t.channelSettings.address}
              hint={t.channelSettings.addressHint(info.host)}
              maxLength={64}
              spellCheck="false"
              value={alias}
              onChange={setAlias}
              error={fieldProblem(error, "alias") ?? undefined}
            />
          ) : info.alias ? (
            <p className="field-hint">
              {t.channelSettings.address}: {info.alias}
            </p>
          ) : null}
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
        onChange={(level) => setLevel(info, level)}
        choices={[
          { value: "all", title: t.channelSettings.notifyAll, icon: <Icon name="bell" /> },
          { value: "mentions", title: t.channelSettings.notifyMentions, icon: <Icon name="user" /> },
          { value: "none", title: t.channelSettings.notifyNone, icon: <Icon name="close" /> },
        ]}
      />
      <KeptNote info={info} hint />
      {error && !fieldProblem(error, "alias") ? (
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
          <Button
            type="submit"
            variant="primary"
            isDisabled={busy || !changed || (!dm && name.trim() === "")}
          >
            {t.common.save}
          </Button>
        ) : (
          <Button onPress={onClose}>{t.common.close}</Button>
        )}
      </div>
    </form>
  );
}
