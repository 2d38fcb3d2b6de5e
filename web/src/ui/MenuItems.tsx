// What menus share, wherever they open.

import { type RefObject, useEffect, useEffectEvent } from "react";
import { Keyboard, MenuItem, Separator, Text } from "react-aria-components";
import { Icon } from "./Icon";
import type { MenuAction, Point } from "./Menu";

interface MenuItemsProps {
  items: readonly (MenuAction | null)[];
  /** Told of what is to be done once the menu has closed. */
  onChoose: (act: () => void) => void;
}

export function MenuItems({ items, onChoose }: MenuItemsProps) {
  return items.map((item, index) =>
    item ? (
      <MenuItem
        key={item.id}
        id={item.id}
        className="menu-item"
        data-danger={item.danger || undefined}
        onAction={() => onChoose(item.onAction)}
        textValue={item.label}
      >
        {item.icon ? <Icon name={item.icon} /> : null}
        {item.keys ? <Text slot="label">{item.label}</Text> : item.label}
        {item.keys ? <Keyboard className="menu-keys">{item.keys}</Keyboard> : null}
      </MenuItem>
    ) : (
      <Separator key={`line-${String(index)}`} className="menu-separator" />
    ),
  );
}

/** The closing menu gives the focus back, in the next frame; what was chosen may want it after that. */
export const afterClosing = (act: () => void) => requestAnimationFrame(() => requestAnimationFrame(act));

export const AT_SPOT = { placement: "bottom start", offset: 0 } as const;

/** Where a menu opens. Points are counted from the left in any language. */
export function MenuSpot({ own, at }: { own: RefObject<HTMLSpanElement | null>; at: Point }) {
  return <span ref={own} dir="ltr" className="menu-spot" style={{ insetInlineStart: at.x, top: at.y }} />;
}

/** Over a menu, and beside it, the browser has none of its own: beside it the other button closes as the first one does. */
export function useOtherButton(open: boolean, close: () => void): void {
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
