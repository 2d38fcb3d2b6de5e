import { type ReactNode, useLayoutEffect, useRef } from "react";
import { onceLost, writingPlace } from "../../lib/focus";

interface GoingProps {
  className: string;
  role?: "status";
  testId?: string;
  /** Where one writes, if not in the conversation. */
  within?: string | undefined;
  children: ReactNode;
}

/** A note that goes away with what is pressed in it: keys go back to where they were, or to where one writes. */
export function Going({ className, role, testId, within, children }: GoingProps) {
  const own = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const note = own.current;
    let before: HTMLElement | null = null;
    const onFocus = ({ relatedTarget: from }: FocusEvent) => {
      if (from instanceof HTMLElement && !note?.contains(from)) before = from;
    };
    note?.addEventListener("focusin", onFocus);
    return () => {
      note?.removeEventListener("focusin", onFocus);
      if (!note?.contains(document.activeElement)) return;
      onceLost(() => (before?.isConnected ? before : writingPlace(within)));
    };
  }, [within]);
  return (
    <div ref={own} className={className} role={role} data-testid={testId}>
      {children}
    </div>
  );
}
