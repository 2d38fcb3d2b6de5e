import { t } from "../../i18n";
import { ConfirmDialog } from "../../ui/Dialog";
import { channelName } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { go, parseRoute } from "../app/route";

export function LeaveChannel({ channel, onClose }: { channel: string; onClose: () => void }) {
  const client = useClient();
  const name = useSelect((state) =>
    state.channels[channel] ? channelName(state, state.channels[channel]) : "",
  );
  // Who is invited, but is not in it, cannot invite either.
  const isLast = useSelect((state) => {
    const info = state.channels[channel]?.info;
    return info?.visibility === "private" && info.member_count <= 1;
  });
  const leave = async () => {
    const left = await client.actions.leave(channel);
    if (left && parseRoute(location.hash).channel === channel) go(null);
  };
  return (
    <ConfirmDialog
      title={t.channel.leaveTitle(`#${name}`)}
      text={isLast ? t.entering.leaveLast : t.channel.leaveText}
      action={t.channel.leave}
      onConfirm={() => void leave()}
      onClose={onClose}
    />
  );
}
