// What stands in a conversation's place while nobody knows yet whether one is in it, or is not.

import { type ReactNode, Suspense } from "react";
import { t } from "../../i18n";
import { TimelineSkeleton } from "../../ui/bits";
import { Boundary } from "../../ui/Boundary";
import { MenuButton } from "../sidebar/MenuButton";
import { TimelineFailed } from "./TimelineFailed";

export function Coming() {
  return (
    <Frame>
      <TimelineSkeleton label={t.timeline.loading} />
    </Frame>
  );
}

/** A part that stands in the conversation's place, and is loaded when it is wanted. */
export function Beside({ children }: { children: ReactNode }) {
  return (
    <Boundary
      fallback={(retry) => (
        <Frame>
          <TimelineFailed onRetry={retry} />
        </Frame>
      )}
    >
      <Suspense fallback={<Coming />}>{children}</Suspense>
    </Boundary>
  );
}

export function Frame({ children }: { children: ReactNode }) {
  return (
    <section className="conversation">
      <header className="conversation-head">
        <MenuButton active={null} />
      </header>
      {children}
    </section>
  );
}
