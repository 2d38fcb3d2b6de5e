import { isForsaken } from "../../store/selectors";
import { useSelect } from "../app/context";
import { canPost } from "../client/rights";

/** Whether one may write here, and there is somebody who could read it. */
export const useCanPost = (id: string): boolean =>
  useSelect((state) => {
    const channel = state.channels[id];
    return channel !== undefined && canPost(channel.info) && !isForsaken(state, channel);
  });
