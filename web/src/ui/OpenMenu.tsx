// A menu with all that it takes to be one. Loaded after the first picture: Menu.tsx.

import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from "react-aria-components";
import { Icon } from "./Icon";
import type { MenuProps } from "./Menu";

export default function OpenMenu({
  label,
  trigger,
  items,
  onOpenChange,
  open,
}: MenuProps & { open: boolean }) {
  return (
    <MenuTrigger defaultOpen={open} {...(onOpenChange ? { onOpenChange } : {})}>
      {trigger}
      <Popover className="popover" placement="bottom end" offset={4}>
        <AriaMenu className="menu" aria-label={label}>
          {items.map((item, index) =>
            item ? (
              <MenuItem
                key={item.id}
                id={item.id}
                className="menu-item"
                data-danger={item.danger || undefined}
                onAction={item.onAction}
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
