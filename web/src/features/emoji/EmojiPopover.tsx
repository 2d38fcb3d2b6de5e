// The picker in its place above the button. Loaded after the first picture: EmojiButton.tsx.

import { Suspense, useRef, useState } from "react";
import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { t } from "../../i18n";
import { onceLost } from "../../lib/focus";
import { Boundary } from "../../ui/Boundary";
import { IconButton } from "../../ui/Button";
import { Failed } from "../../ui/Failed";
import { later } from "../../ui/later";
import { Stops } from "../../ui/stops";
import { useBackCloses } from "../../ui/popups";
import type { EmojiButtonProps } from "./EmojiButton";

const EmojiPicker = later(() => import("./EmojiPicker"));

export default function EmojiPopover({ label, onPick, onOpenChange, begun = false }: EmojiButtonProps) {
  const [open, setOpen] = useState(begun);
  const control = useRef<HTMLButtonElement>(null);
  const change = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
    // As in ui/OpenMenu.tsx.
    if (!next) onceLost(() => control.current);
  };
  useBackCloses(open, () => change(false));
  return (
    <DialogTrigger isOpen={open} onOpenChange={change}>
      <IconButton ref={control} icon="smile" label={label} size="small" />
      <Popover className="popover" placement="top end" offset={6}>
        <Dialog className="emoji-dialog" aria-label={t.emoji.title}>
          <Stops value={true}>
            <Boundary fallback={(retry) => <Failed onRetry={retry} />}>
              <Suspense fallback={<div className="emoji-picker" />}>
                <EmojiPicker
                  onPick={(emoji) => {
                    change(false);
                    onPick(emoji);
                  }}
                />
              </Suspense>
            </Boundary>
          </Stops>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
