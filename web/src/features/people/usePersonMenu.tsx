// The other button of the mouse, or the menu key, on somebody: whatever is marked by `data-person`.

import { type MouseEvent, type ReactNode, Suspense, useState } from "react";
import { Boundary } from "../../ui/Boundary";
import { later } from "../../ui/later";

const PersonMenu = later(() => import("./PersonMenu"), { soon: true });

interface Asked {
  /** Each time it is a new one. */
  times: number;
  user: string | null;
  inThread: boolean;
  at: { x: number; y: number };
}

const NEVER: Asked = { times: 0, user: null, inThread: false, at: { x: 0, y: 0 } };

/** `thread`: the root of the one that is open. */
export function usePersonMenu(channel: string | null, thread: string | null) {
  const [asked, setAsked] = useState(NEVER);
  const { user } = asked;
  const onContextMenu = (event: MouseEvent) => {
    const { target, clientX: x, clientY: y } = event;
    const found = target instanceof Element ? target.closest<HTMLElement>("[data-person]") : null;
    const touch = (event.nativeEvent as Partial<PointerEvent>).pointerType === "touch";
    // With Shift one gets the browser's, and a finger opens the profile.
    if (!found || event.shiftKey || touch) return;
    event.preventDefault();
    const inThread = found.closest(".thread") !== null;
    setAsked({ times: asked.times + 1, user: found.dataset["person"] ?? null, inThread, at: { x, y } });
  };
  const menu: ReactNode = user ? (
    <Boundary key={asked.times} fallback={null}>
      <Suspense>
        <PersonMenu
          user={user}
          channel={channel}
          place={asked.inThread ? `${channel ?? ""}.${thread ?? ""}` : (channel ?? "")}
          at={asked.at}
          onClose={() => setAsked((was) => ({ ...was, user: null }))}
        />
      </Suspense>
    </Boundary>
  ) : null;
  return { onContextMenu, menu };
}
