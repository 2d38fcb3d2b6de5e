// A picture that is chosen, replaced and taken away: one's own, a channel's.

import { type ReactNode, useRef, useState } from "react";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { useClient } from "../app/context";

interface PictureFormProps {
  label: string;
  testId: string;
  /** Drawn beside the buttons. */
  picture: ReactNode;
  /** There is one to take away. */
  removable: boolean;
  /** Null takes it away. */
  onSet: (picture: File | null) => Promise<void>;
}

export function PictureForm({ label, testId, picture, removable, onSet }: PictureFormProps) {
  const client = useClient();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const set = async (chosen: File | null) => {
    setBusy(true);
    try {
      await onSet(chosen);
    } catch (error) {
      client.actions.failed(error);
    }
    setBusy(false);
  };
  return (
    <div className="avatar-form" role="group" aria-label={label}>
      {picture}
      <input
        ref={input}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/gif,image/webp"
        aria-label={label}
        data-testid={testId}
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          event.target.value = "";
          if (chosen) void set(chosen);
        }}
      />
      <Button isDisabled={busy} onPress={() => input.current?.click()}>
        {t.files.choosePicture}
      </Button>
      {removable ? (
        <Button variant="quiet" isDisabled={busy} onPress={() => void set(null)}>
          {t.files.removePicture}
        </Button>
      ) : null}
    </div>
  );
}
