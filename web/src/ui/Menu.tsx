import { cloneElement, lazy, type ReactElement, Suspense, useState } from "react";
import type { IconName } from "./Icon";

export interface MenuAction {
  id: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  onAction: () => void;
}

export interface MenuProps {
  label: string;
  /** The control that opens it. */
  trigger: ReactElement<{ onPressStart?: () => void }>;
  /** `null` draws a line. */
  items: (MenuAction | null)[];
  onOpenChange?: (open: boolean) => void;
}

const OpenMenu = lazy(() => import("./OpenMenu"));

/**
 * Its control is there at once; pressed before the rest has come, it opens when that is there. The beginning of the
 * press counts: the rest may come, and take the control's place, while a finger is still on it.
 */
export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const want = () => {
    setWanted(true);
    props.onOpenChange?.(true);
  };
  return (
    <Suspense fallback={cloneElement(props.trigger, { onPressStart: want })}>
      <OpenMenu {...props} open={wanted} />
    </Suspense>
  );
}
