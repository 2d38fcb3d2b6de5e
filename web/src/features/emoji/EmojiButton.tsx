import { lazy, Suspense, useState } from "react";
import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { t } from "../../i18n";
import { IconButton } from "../../ui/Button";

const EmojiPicker = lazy(() => import("./EmojiPicker"));

interface EmojiButtonProps {
  label: string;
  onPick: (emoji: string) => void;
  onOpenChange?: (open: boolean) => void;
  size?: "small";
}

export function EmojiButton({ label, onPick, onOpenChange, size = "small" }: EmojiButtonProps) {
  const [open, setOpen] = useState(false);
  const change = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
  };
  return (
    <DialogTrigger isOpen={open} onOpenChange={change}>
      <IconButton icon="smile" label={label} size={size} />
      <Popover className="popover" placement="top end" offset={6}>
        <Dialog className="emoji-dialog" aria-label={t.emoji.title}>
          <Suspense fallback={<div className="emoji-picker" />}>
            <EmojiPicker
              onPick={(emoji) => {
                change(false);
                onPick(emoji);
              }}
            />
          </Suspense>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
