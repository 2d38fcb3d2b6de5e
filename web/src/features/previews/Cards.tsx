// The previews of a message that was sent. Its author can take them off again.

import { type ReactNode, useState } from "react";
import { previewTexts } from "../../i18n/previews";
import { onceLost } from "../../lib/focus";
import { IconButton } from "../../ui/Button";
import { useClient } from "../app/context";
import { Card } from "./Card";
import { type Shown, shownOf } from "./links";
import type { Previewed } from "./Previews";

interface CardsProps {
  of: Previewed;
  me: string | undefined;
}

export function Cards({ of, me }: CardsProps): ReactNode {
  const { id, channel, sender, text } = of;
  const shown = shownOf(text, of.previews);
  if (shown.length === 0) return null;
  return (
    <div className="previews" data-testid="previews">
      {shown.map((preview) => (
        <Card
          key={preview.url}
          preview={preview}
          leads
          action={
            id && sender === me ? (
              <Remove channel={channel} id={id} text={text} preview={preview} all={shown} />
            ) : null
          }
        />
      ))}
    </div>
  );
}

interface RemoveProps {
  channel: string;
  id: string;
  text: string;
  preview: Shown;
  all: readonly Shown[];
}

function Remove({ channel, id, text, preview, all }: RemoveProps) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    if (busy) return;
    const row = document.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]:focus-within`);
    setBusy(true);
    const left = all.filter((each) => each !== preview).map(({ host: _host, ...rest }) => rest);
    if (await client.actions.edit(channel, id, text, left)) {
      client.notices.show(previewTexts().removed);
      onceLost(() => row);
    }
    setBusy(false);
  };
  return (
    <IconButton
      icon="close"
      size="small"
      label={previewTexts().remove(preview.host)}
      onPress={() => void remove()}
    />
  );
}
