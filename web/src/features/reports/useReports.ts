import { useCallback, useEffect, useRef, useState } from "react";
import type { Report } from "../../api/reports";
import { useClient, useSelect } from "../app/context";
import { type Loaded, loadMore, loadReports, peopleOf } from "./reports";

/** What is told several times in a moment is asked for once. */
const SOON_MS = 150;

interface Reports {
  /** Null until they are there. */
  rows: Report[] | null;
  failed: unknown;
  more: (() => void) | null;
  /** A report as it is now: one that was closed, or opened again, is on the other list. */
  put: (report: Report) => void;
  reload: () => void;
}

/** The reports that are open, or closed, as they are: asked for again whenever something is told of them. */
export function useReports(closed: boolean): Reports {
  const client = useClient();
  const told = useSelect((state) => state.reports);
  const [list, setList] = useState<Loaded | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [asked, setAsked] = useState(0);
  const latest = useRef<Loaded | null>(null);

  const show = useCallback((loaded: Loaded) => {
    latest.current = loaded;
    setList(loaded);
  }, []);
  const take = useCallback(
    (loaded: Loaded) => {
      const users = loaded.rows.flatMap(peopleOf);
      if (users.length > 0) client.store.dispatch({ type: "users_loaded", users });
      show(loaded);
      setFailed(null);
    },
    [client, show],
  );

  useEffect(() => {
    let wanted = true;
    const load = () =>
      loadReports(closed, latest.current?.rows.length ?? 0).then(
        (loaded) => wanted && take(loaded),
        (error: unknown) => wanted && setFailed(error),
      );
    const timer = setTimeout(() => void load(), latest.current === null ? 0 : SOON_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [closed, told, asked, take]);

  const more = async (from: Loaded) => {
    try {
      const loaded = await loadMore(closed, from);
      // What was read anew meanwhile is newer.
      if (latest.current === from) take(loaded);
    } catch (error) {
      client.actions.failed(error);
    }
  };

  const put = (report: Report) => {
    const known = latest.current;
    if (!known) return;
    const rows = known.rows.flatMap((each) => {
      if (each.id !== report.id) return each;
      return report.closed === closed ? report : [];
    });
    show({ ...known, rows });
  };

  return {
    rows: list ? [...list.rows] : null,
    failed,
    more: list && list.next !== null ? () => void more(list) : null,
    put,
    reload: useCallback(() => setAsked((times) => times + 1), []),
  };
}
