// Whether the person wants previews with what they write: kept as the sidebar's arrangement is, shared by their devices.

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { Local } from "../../lib/local";
import { useClient, useMe } from "../app/context";

const settings = new Map<string, Local<boolean>>();

function settingOf(user: string): Local<boolean> {
  const known = settings.get(user) ?? new Local(`loggia.previews.${user}`, (stored) => stored !== false);
  settings.set(user, known);
  return known;
}

export function usePreviewSetting(): [boolean, (on: boolean) => void] {
  const client = useClient();
  const user = useMe()?.id ?? "";
  const setting = useMemo(() => settingOf(user), [user]);
  const on = useSyncExternalStore(setting.subscribe, setting.get);
  const change = useCallback(
    (to: boolean) => {
      setting.set(to);
      client.sharing.changed("previews");
    },
    [setting, client],
  );
  return [on, change];
}
