import { threadTexts } from "../../i18n/threads";
import { IconButton } from "../../ui/Button";
import { useClient, useSelect } from "../app/context";

/** Whether one is told of replies in the thread. */
export function FollowButton({ channel, root }: { channel: string; root: string }) {
  const client = useClient();
  const texts = threadTexts();
  const following = useSelect((state) => state.threadStates[root]?.following ?? false);
  return (
    <IconButton
      icon="bell"
      label={following ? texts.unfollow : texts.follow}
      pressed={following}
      onPress={() => void client.threads.follow(channel, root, !following)}
    />
  );
}
