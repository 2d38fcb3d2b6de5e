// The tab's icon with what waits: a number for what asks for the person, a dot for the rest.

import { useEffect } from "react";
import { anyUnread, badgeCount } from "../../store/selectors";
import { useSelect } from "../app/context";

const PLAIN = "/favicon.svg";
const SHOWN_MAX = 9;

export function iconOf(base: string, count: number, unread: boolean): string {
  if (count === 0 && !unread) return PLAIN;
  const words = count > SHOWN_MAX ? `${String(SHOWN_MAX)}+` : String(count);
  const mark =
    count > 0
      ? `<circle cx="22" cy="22" r="10" fill="#d11f1f" stroke="#fff" stroke-width="1.5"/>` +
        `<text x="22" y="${count > SHOWN_MAX ? "26" : "27"}" fill="#fff" text-anchor="middle" ` +
        `font-family="sans-serif" font-weight="700" font-size="${count > SHOWN_MAX ? "11" : "14"}">${words}</text>`
      : `<circle cx="25" cy="7" r="6" fill="#fff"/><circle cx="25" cy="7" r="4.5" fill="#d29a1d"/>`;
  return `data:image/svg+xml,${encodeURIComponent(base.replace("</svg>", `${mark}</svg>`))}`;
}

let base: Promise<string> | null = null;
const baseIcon = () => (base ??= fetch(PLAIN).then((answer) => (answer.ok ? answer.text() : "")));

export function useIcon(): void {
  const count = useSelect(badgeCount);
  const unread = useSelect(anyUnread);
  useEffect(() => {
    let current = true;
    const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (!link) return;
    if (count === 0 && !unread) link.href = PLAIN;
    else {
      void baseIcon()
        .then((text) => {
          if (current && text.includes("</svg>")) link.href = iconOf(text, count, unread);
        })
        .catch(() => (base = null));
    }
    setAppBadge(count);
    return () => {
      current = false;
    };
  }, [count, unread]);
  // Who signs out leaves nothing behind that tells what waited.
  useEffect(
    () => () => {
      document.querySelector("link[rel=icon]")?.setAttribute("href", PLAIN);
      setAppBadge(0);
    },
    [],
  );
}

/** On the icon of the installed app; 0 takes it away. */
function setAppBadge(count: number): void {
  const badge = navigator as { setAppBadge?: (count: number) => Promise<void> };
  void badge.setAppBadge?.(count).catch(() => undefined);
}
