// A file that is on its way is lost with the window, and has to be picked again: the browser asks first.

import { useEffect } from "react";
import { useClient } from "./context";

export function useLeaving(): void {
  const { unfinished } = useClient();
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (unfinished.uploading) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [unfinished]);
}
