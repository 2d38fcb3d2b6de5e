import { lazy, Suspense, useState } from "react";
import { IconButton } from "../../ui/Button";

const EmojiPopover = lazy(() => import("./EmojiPopover"));

export interface EmojiButtonProps {
  label: string;
  onPick: (emoji: string) => void;
  onOpenChange?: (open: boolean) => void;
}

/** There at once; pressed before the picker has come, it opens when that is there: as ui/Menu.tsx. */
export function EmojiButton(props: EmojiButtonProps) {
  const [wanted, setWanted] = useState(false);
  const want = () => {
    setWanted(true);
    props.onOpenChange?.(true);
  };
  return (
    <Suspense fallback={<IconButton icon="smile" label={props.label} size="small" onPressStart={want} />}>
      <EmojiPopover {...props} begun={wanted} />
    </Suspense>
  );
}
