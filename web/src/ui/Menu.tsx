import type { ReactElement } from "react";
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from "react-aria-components";
import { Icon, type IconName } from "./Icon";

export interface MenuAction {
  id: string;
  label: string;
  icon?: IconName;
  danger?: boolean;
  onAction: () => void;
}

interface MenuProps {
  label: string;
  /** The control that opens it. */
  trigger: ReactElement;
  /** `null` draws a line. */
  items: (MenuAction | null)[];
  onOpenChange?: (open: boolean) => void;
}

export function Menu({ label, trigger, items, onOpenChange }: MenuProps) {
  return (
    <MenuTrigger {...(onOpenChange ? { onOpenChange } : {})}>
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
