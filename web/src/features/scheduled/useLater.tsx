// To send what is written later: the button beside that which sends it, and what is said once that is done.

import { type ReactNode, Suspense, useState } from "react";
import { Boundary } from "../../ui/Boundary";
import { later } from "../../ui/later";
import type { Draft } from "./LaterButton";

const LaterButton = later(() => import("./LaterButton"), { soon: true });
const LaterNote = later(() => import("./LaterNote"));

export function useLater(draft: Omit<Draft, "onKept">): {
  button: ReactNode;
  note: ReactNode;
  clearNote: () => void;
} {
  const [kept, setKept] = useState<number | null>(null);
  const part = (node: ReactNode) => (
    <Boundary fallback={null}>
      <Suspense>{node}</Suspense>
    </Boundary>
  );
  return {
    button: part(<LaterButton {...draft} onKept={setKept} />),
    note: (
      <div role="status" data-testid="composer-scheduled">
        {kept && part(<LaterNote ts={kept} />)}
      </div>
    ),
    clearNote: () => setKept(null),
  };
}
