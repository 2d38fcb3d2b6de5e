// Everything that the server has of the person, as a file.

import { useState } from "react";
import { export_me } from "../../api/operations";
import { accountTexts } from "../../i18n/account";
import { download } from "../../lib/download";
import { Button } from "../../ui/Button";
import { useClient, useMe } from "../app/context";

export function OwnData() {
  const client = useClient();
  const me = useMe();
  const texts = accountTexts();
  const [messages, setMessages] = useState<number | null>(null);
  const save = async () => {
    setMessages(0);
    try {
      const data = JSON.stringify(await collected(setMessages), null, 2);
      download(data, "application/json", `loggia-${me?.username ?? "export"}.json`);
    } catch (error) {
      client.actions.failed(error);
    }
    setMessages(null);
  };
  return (
    <section className="fieldset" aria-label={texts.data}>
      <h3 className="settings-title">{texts.data}</h3>
      <p className="field-hint">{texts.exportHint}</p>
      <div className="button-row">
        <Button icon="down" isDisabled={messages !== null} onPress={() => void save()}>
          {texts.export}
        </Button>
      </div>
      {messages === null ? null : <p role="status">{texts.exporting(messages)}</p>}
    </section>
  );
}

/** The pages as one: the first has everything besides the messages, which go on from page to page. */
async function collected(onProgress: (messages: number) => void): Promise<object> {
  const { next, ...first } = await export_me();
  const messages = [...first.messages];
  let cursor = next;
  while (cursor) {
    onProgress(messages.length);
    const page = await export_me(cursor);
    messages.push(...page.messages);
    cursor = page.next;
  }
  return { ...first, messages };
}
