import { useRef } from "react";
import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";

export function AttachButton({ onPick }: { onPick: (files: Iterable<File>) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t.files.attach}
        data-testid="attach-input"
        onChange={(event) => {
          onPick([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <IconButton icon="clip" size="small" label={t.files.attach} onPress={() => input.current?.click()} />
    </>
  );
}
