import { Suspense, useState } from "react";
import { Boundary } from "../../ui/Boundary";
import { IconButton } from "../../ui/Button";
import { later } from "../../ui/later";

const EmojiPopover = later(() => import("./EmojiPopover"));

export interface EmojiButtonProps {
  label: string;
  onPick: (emoji: string) => void;
  onOpenChange?: (open: boolean) => void;
  /** It begins open. */
  begun?: boolean;
}

/** There at once; pressed before the picker has come, or when it could not, it opens when that is there: as ui/Menu.tsx. */
export function EmojiButton(props: EmojiButtonProps) {
  const [wanted, setWanted] = useState(props.begun ?? false);
  const want = () => {
    setWanted(true);
    props.onOpenChange?.(true);
  };
  const fail = () => {
    if (!wanted) return;
    setWanted(false);
    props.onOpenChange?.(false);
  };
  // At the end of the press: what comes at once would be closed by it.
  const again = (retry: () => void) => {
    const press = () => {
      want();
      retry();
    };
    return <IconButton icon="smile" label={props.label} size="small" onPress={press} />;
  };
  return (
    <Boundary fallback={again} onFail={fail}>
      <Suspense fallback={<IconButton icon="smile" label={props.label} size="small" onPressStart={want} />}>
        <EmojiPopover {...props} begun={wanted} />
      </Suspense>
    </Boundary>
  );
}
