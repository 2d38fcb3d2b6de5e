// A menu that has no control of its own: mounted means open, at that point of the window.

import { useRef } from "react";
import { Menu as AriaMenu, Popover } from "react-aria-components";
import type { MenuAction, Point } from "./Menu";
import { afterClosing, AT_SPOT, MenuItems, MenuSpot, useOtherButton } from "./MenuItems";
import { useBackCloses } from "./popups";

interface PointMenuProps {
  label: string;
  at: Point;
  items: (MenuAction | null)[];
  onClose: () => void;
}

export function PointMenu({ label, at, items, onClose }: PointMenuProps) {
  const chosen = useRef<(() => void) | null>(null);
  const spot = useRef<HTMLSpanElement>(null);
  const close = () => {
    onClose();
    if (chosen.current) afterClosing(chosen.current);
    chosen.current = null;
  };
  useBackCloses(true, close);
  useOtherButton(true, close);
  return (
    <>
      <MenuSpot own={spot} at={at} />
      <Popover
        className="popover"
        aria-label={label}
        isOpen
        triggerRef={spot}
        {...AT_SPOT}
        onOpenChange={(open) => open || close()}
      >
        <AriaMenu className="menu" aria-label={label} autoFocus="first" onClose={close}>
          <MenuItems items={items} onChoose={(act) => (chosen.current = act)} />
        </AriaMenu>
      </Popover>
    </>
  );
}
