import { type ReactNode, useLayoutEffect, useRef } from "react";
import { t } from "../../i18n";
import { onceLost } from "../../lib/focus";
import { IconButton } from "../../ui/Button";
import { useView } from "../app/view";

export function PanelFrame({
  title,
  of,
  actions,
  children,
}: {
  title: string;
  /** What it belongs to. */
  of?: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const view = useView();
  const frame = useRef<HTMLElement>(null);
  useLayoutEffect(() => (frame.current ? keepFocus(frame.current) : undefined), []);
  return (
    <aside className="panel" aria-label={title} ref={frame}>
      <header className="panel-head">
        <div className="panel-title">
          <h2>{title}</h2>
          {of ? <p className="panel-of truncate">{of}</p> : null}
        </div>
        {actions}
        <IconButton icon="close" label={t.common.close} onPress={() => view.setPanel(null)} />
      </header>
      {children}
    </aside>
  );
}

/** Later on it is something else that is lost. */
const OPENED_FRAMES = 4;

/** Once the panel is gone, the focus that was in it goes to where it came from, or to where one writes. */
function keepFocus(panel: HTMLElement): () => void {
  const before = document.activeElement;
  // On a small screen what it was opened from may be covered, or closed with the drawer.
  onceLost(() => panel.querySelector("h2"), { frames: OPENED_FRAMES });
  return () => {
    if (!panel.contains(document.activeElement)) return;
    // After what takes the panel away, and after what may take its place and the focus.
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return;
      const isThere = before instanceof HTMLElement && before.isConnected && before !== document.body;
      const box = document.querySelector<HTMLElement>("main [data-testid=composer]");
      // On a phone the keyboard would come up.
      if (isThere) before.focus();
      else if (matchMedia("(pointer: fine)").matches) box?.focus();
    });
  };
}
