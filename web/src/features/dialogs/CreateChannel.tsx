import { type FormEvent, useState } from "react";
import type { Visibility } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Choices, Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { useClient } from "../app/context";
import { go } from "../app/route";
import { fieldProblem, problemText } from "../client/problems";
import { aliasOf } from "./alias";
import { useOpen } from "./useOpen";

export function CreateChannel({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const isOpen = useOpen();
  const [name, setName] = useState("");
  const [topic, setTopic] = useState("");
  const [visibility, setVisibility] = useState<Visibility>("public");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const alias = visibility === "public" ? aliasOf(name) : "";
    try {
      const channel = await client.actions.createChannel({
        name: name.trim(),
        visibility,
        ...(topic.trim() ? { topic: topic.trim() } : {}),
        ...(alias ? { alias } : {}),
      });
      if (!isOpen()) return;
      onClose();
      go(channel.id);
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };

  const atName = fieldProblem(error, "name") ?? fieldProblem(error, "alias");
  const atTopic = fieldProblem(error, "topic");
  return (
    <Dialog title={t.create.title} onClose={onClose} testId="create-channel">
      <form className="form" onSubmit={(event) => void submit(event)}>
        <Field
          label={t.create.name}
          placeholder={t.create.namePlaceholder}
          isRequired
          autoFocus
          maxLength={80}
          value={name}
          onChange={setName}
          error={atName}
        />
        <Field
          label={t.create.topic}
          placeholder={t.create.topicPlaceholder}
          maxLength={500}
          value={topic}
          onChange={setTopic}
          error={atTopic}
        />
        <Choices
          label={t.create.visibility}
          value={visibility}
          onChange={setVisibility}
          choices={[
            {
              value: "public",
              title: t.create.publicTitle,
              hint: t.create.publicHint,
              icon: <Icon name="hash" />,
            },
            {
              value: "private",
              title: t.create.privateTitle,
              hint: t.create.privateHint,
              icon: <Icon name="lock" />,
            },
          ]}
        />
        {error && !atName && !atTopic ? (
          <p className="field-error" role="alert">
            {problemText(error)}
          </p>
        ) : null}
        <div className="dialog-foot">
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button type="submit" variant="primary" isDisabled={busy || name.trim() === ""}>
            {t.create.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
