import { useCallback, useEffect, useRef } from "react";

/** Whether the dialog is still open when an answer comes: who has closed it is elsewhere, and stays there. */
export function useOpen(): () => boolean {
  const open = useRef(false);
  useEffect(() => {
    open.current = true;
    return () => {
      open.current = false;
    };
  }, []);
  return useCallback(() => open.current, []);
}
