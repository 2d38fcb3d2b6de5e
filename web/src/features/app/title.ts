import { useEffect } from "react";
import { anyUnread, badgeCount, channelName } from "../../store/selectors";
import { useSelect } from "./context";

/** `(3) #general · Loggia`: what waits, where one is. */
export function useTitle(active: string | null): void {
  const title = useSelect((state) => {
    const channel = active ? state.channels[active] : undefined;
    const count = badgeCount(state);
    const mark = count > 0 ? `(${count}) ` : anyUnread(state) ? "• " : "";
    const name = channel
      ? `${channel.info.kind === "channel" ? "#" : ""}${channelName(state, channel)} · `
      : "";
    return `${mark}${name}Loggia`;
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
  // Who signs out leaves nothing behind that others could read.
  useEffect(
    () => () => {
      document.title = "Loggia";
    },
    [],
  );
}
