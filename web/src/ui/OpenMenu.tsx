// A menu with all that it takes to be one. Loaded after the first picture: Menu.tsx.

import { cloneElement, useRef, useState } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from "react-aria-components";
import { onceLost } from "../lib/focus";
import { Icon } from "./Icon";
import type { MenuProps } from "./Menu";
import { useBackCloses } from "./popups";

export default function OpenMenu({
  label,
  trigger,
  items,
  onOpenChange,
  open,
}: MenuProps & { open: boolean }) {
  const chosen = useRef<(() => void) | null>(null);
  const control = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(open);
  const change = (isOpen: boolean) => {
    setOpen(isOpen);
    onOpenChange?.(isOpen);
    // The control that was pressed before this had come went with the focus, which is nowhere then.
    if (!isOpen) onceLost(() => control.current);
    const act = chosen.current;
    chosen.current = null;
    // The closing menu gives the focus back, in the next frame; what was chosen may want it after that.
    if (act && !isOpen) requestAnimationFrame(() => requestAnimationFrame(act));
  };
  useBackCloses(isOpen, () => change(false));
  return (
    <MenuTrigger isOpen={isOpen} onOpenChange={change}>
      {cloneElement(trigger, { ref: control })}
      <Popover className="popover" placement="bottom end" offset={4}>
        <AriaMenu className="menu" aria-label={label}>
          {items.map((item, index) =>
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
                {item.label}
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
