// A menu with all that it takes to be one. Loaded after the first picture: Menu.tsx.

import { cloneElement, useLayoutEffect, useRef, useState } from "react";
import { Menu as AriaMenu, MenuTrigger, Popover } from "react-aria-components";
import { onceLost } from "../lib/focus";
import type { Begin, MenuProps } from "./Menu";
import { afterClosing, AT_SPOT, MenuItems, MenuSpot, useOtherButton } from "./MenuItems";
import { useBackCloses } from "./popups";

export type OpenMenuProps = MenuProps & Begin;

const AT_CONTROL = { placement: "bottom end", offset: 4 } as const;

export default function OpenMenu({
  label,
  trigger,
  items,
  first = [],
  onOpenChange,
  open,
  focused,
  at = null,
}: OpenMenuProps) {
  const chosen = useRef<(() => void) | null>(null);
  const control = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(open);
  const spot = useRef<HTMLSpanElement>(null);
  const [place, setPlace] = useState(at);
  const change = (isOpen: boolean) => {
    setOpen(isOpen);
    // It closes where it is, and opens by its control from then on.
    if (isOpen) setPlace(null);
    onOpenChange?.(isOpen);
    // The control that was pressed before this had come went with the focus, which is nowhere then.
    if (!isOpen) onceLost(() => control.current);
    const act = chosen.current;
    chosen.current = null;
    if (act && !isOpen) afterClosing(act);
  };
  useLayoutEffect(() => {
    // The control that stood here before this had come took the focus with it.
    if (focused && document.activeElement === document.body) control.current?.focus();
  }, [focused]);
  const shown = place && first.length > 0 ? [...first, null, ...items] : items;
  useBackCloses(isOpen, () => change(false));
  useOtherButton(isOpen, () => change(false));
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={change}>
      {cloneElement(trigger, { ref: control })}
      {place ? <MenuSpot own={spot} at={place} /> : null}
      <Popover className="popover" {...(place ? { triggerRef: spot, ...AT_SPOT } : AT_CONTROL)}>
        <AriaMenu className="menu" aria-label={label}>
          <MenuItems items={shown} onChoose={(act) => (chosen.current = act)} />
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
