import { cloneElement, type ReactElement, type ReactNode, type Ref, Suspense, useState } from "react";
import type { PressEvent } from "react-aria-components";
import { Boundary } from "./Boundary";
import type { IconName } from "./Icon";
import { later } from "./later";

export interface MenuAction {
  id: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  /** Does the same where what the menu is of has the focus. */
  keys?: string | undefined;
  onAction: () => void;
}

/** In the window. */
export interface Point {
  x: number;
  y: number;
}

interface ControlProps {
  /** The control that opens it. */
  trigger: ReactElement<{
    onPressStart?: (event: PressEvent) => void;
    onPress?: () => void;
    onFocusChange?: (focused: boolean) => void;
    ref?: Ref<HTMLButtonElement>;
  }>;
  onOpenChange?: (open: boolean) => void;
  /** It begins open. */
  begun?: boolean;
  /** It begins open there, and not at its control. */
  at?: Point | null;
}

export interface MenuProps extends ControlProps {
  label: string;
  /** `null` draws a line. */
  items: (MenuAction | null)[];
  /** Come before these where it opens elsewhere than at its control: beside that they are at hand. */
  first?: MenuAction[];
}

const OpenMenu = later(() => import("./OpenMenu"));

export function Menu(props: MenuProps) {
  return <LateMenu {...props}>{(begin) => <OpenMenu {...props} {...begin} />}</LateMenu>;
}

/** How the menu that has come begins. */
export interface Begin {
  open: boolean;
  /** Its control had the focus. */
  focused: boolean;
}

interface LateMenuProps extends ControlProps {
  /** The menu with its control, which is loaded. */
  children: (begin: Begin) => ReactNode;
}

/**
 * Its control is there at once; pressed before the rest has come, it opens when that is there. The beginning of the
 * press counts: the rest may come, and take the control's place, while a finger is still on it. When the rest could
 * not be had, the next press asks for it once more.
 */
export function LateMenu(props: LateMenuProps) {
  const [wanted, setWanted] = useState(props.begun ?? Boolean(props.at));
  const [focused, setFocused] = useState(false);
  const want = () => {
    setWanted(true);
    props.onOpenChange?.(true);
  };
  // Pressed it would get the focus right after this, and by then it may be gone.
  const begin = ({ target }: PressEvent) => {
    (target as HTMLElement).focus({ preventScroll: true });
    want();
  };
  const fail = () => {
    if (!wanted) return;
    setWanted(false);
    props.onOpenChange?.(false);
  };
  // At the end of the press: what comes at once would be closed by it.
  const again = (retry: () => void) =>
    cloneElement(props.trigger, {
      onPress: () => {
        want();
        retry();
      },
    });
  return (
    <Boundary fallback={again} onFail={fail}>
      <Suspense fallback={cloneElement(props.trigger, { onPressStart: begin, onFocusChange: setFocused })}>
        {props.children({ open: wanted, focused })}
      </Suspense>
    </Boundary>
  );
}
