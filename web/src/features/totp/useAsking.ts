import { type FormEvent, useState } from "react";
import { useClient } from "../app/context";
import { codeProblem, isStale, passwordProblem } from "./codes";

interface Asking {
  busy: boolean;
  error: unknown;
  submit: (event: FormEvent) => void;
}

/** A form with a password or a code, sent once at a time: what is wrong with these is shown at their fields. */
export function useAsking(ask: () => Promise<void>, onStale: (error: unknown) => void): Asking {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await ask();
    } catch (cause) {
      setBusy(false);
      setError(cause);
      if (isStale(cause)) onStale(cause);
      else if (!passwordProblem(cause) && !codeProblem(cause)) client.actions.failed(cause);
    }
  };
  return {
    busy,
    error,
    submit: (event) => {
      event.preventDefault();
      void submit();
    },
  };
}
