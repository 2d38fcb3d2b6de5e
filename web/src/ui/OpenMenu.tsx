// A menu with all that it takes to be one. Loaded after the first picture: Menu.tsx.

import { cloneElement, useEffect, useEffectEvent, useRef, useState } from "react";
import {
  Keyboard,
  Menu as AriaMenu,
  MenuItem,
  MenuTrigger,
  Popover,
  Separator,
  Text,
} from "react-aria-components";
import { onceLost } from "../lib/focus";
import { Icon } from "./Icon";
import type { MenuProps } from "./Menu";
import { useBackCloses } from "./popups";

export type OpenMenuProps = MenuProps & { open: boolean };

const AT_CONTROL = { placement: "bottom end", offset: 4 } as const;

export default function OpenMenu({
  label,
  trigger,
  items,
  first = [],
  onOpenChange,
  open,
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
    // The closing menu gives the focus back, in the next frame; what was chosen may want it after that.
    if (act && !isOpen) requestAnimationFrame(() => requestAnimationFrame(act));
  };
  const shown = place && first.length > 0 ? [...first, null, ...items] : items;
  useBackCloses(isOpen, () => change(false));
  useOtherButton(isOpen, () => change(false));
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={change}>
      {cloneElement(trigger, { ref: control })}
      {/* Points are counted from the left in any language. */}
      {place ? (
        <span
          ref={spot}
          dir="ltr"
          className="menu-spot"
          style={{ insetInlineStart: place.x, top: place.y }}
        />
      ) : null}
      <Popover
        className="popover"
        {...(place ? { triggerRef: spot, placement: "bottom start", offset: 0 } : AT_CONTROL)}
      >
        <AriaMenu className="menu" aria-label={label}>
          {shown.map((item, index) =>
            item ? (
              <MenuItem
                key={item.id}
                id={item.id}
                className="menu-item"
                data-danger={item.danger || undefined}
                onAction={() => {
                  chosen.current = item.onAction;
                }}
                textValue={item.label}
              >
                {item.icon ? <Icon name={item.icon} /> : null}
                {item.keys ? <Text slot="label">{item.label}</Text> : item.label}
                {item.keys ? <Keyboard className="menu-keys">{item.keys}</Keyboard> : null}
              </MenuItem>
            ) : (
              <Separator key={`line-${String(index)}`} className="menu-separator" />
            ),
          )}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

/** Over a menu, and beside it, the browser has none of its own: beside it the other button closes as the first one does. */
function useOtherButton(open: boolean, close: () => void): void {
  const end = useEffectEvent(close);
  useEffect(() => {
    if (!open) return;
    const ask = (event: MouseEvent) => {
      event.preventDefault();
      if (!(event.target instanceof Element && event.target.closest(".menu"))) end();
    };
    // On the way down: what opened the menu is on its way up still.
    addEventListener("contextmenu", ask, { capture: true });
    return () => removeEventListener("contextmenu", ask, { capture: true });
  }, [open]);
}
