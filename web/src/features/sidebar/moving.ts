// Each row of the sidebar is one stop of the Tab key: arrow keys lead up and down, and sideways to a row's menu and back.

import type { KeyboardEvent } from "react";

export function moveInLists(event: KeyboardEvent): void {
  const { key, target, currentTarget: lists } = event;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // What a menu does comes through here, too, though it lies elsewhere.
  if (!(target instanceof Element) || !lists.contains(target)) return;
  const item = target.closest(".nav-item");
  const link = item?.querySelector<HTMLElement>(".nav-row");
  if (!item || !link) return;
  const links = [...lists.querySelectorAll<HTMLElement>(".nav-row")];
  const at = links.indexOf(link);
  const next =
    key === "ArrowUp"
      ? links[at - 1]
      : key === "ArrowDown"
        ? links[at + 1]
        : key === "ArrowLeft" || key === "ArrowRight"
          ? target === link
            ? item.querySelector<HTMLElement>(".row-menu button")
            : link
          : null;
  if (!next) return;
  event.preventDefault();
  next.focus();
}
