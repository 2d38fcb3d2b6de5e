// Menus as steps of the history: Back closes what is open.

import { newNonce } from "../../lib/ids";
import { isCoarse } from "../../lib/keys";
import type { Popups } from "../../ui/popups";
import { layers } from "./route";

/** On a phone only, if it is not to be always: a step of its own takes away where Forward leads. */
export const popups: Popups = (close, { always }) => {
  if (!always && !isCoarse()) return () => undefined;
  const popup = newNonce();
  layers.change({ popup });
  const stop = layers.subscribe(() => {
    if (layers.get().popup !== popup) close();
  });
  return () => {
    stop();
    if (layers.get().popup === popup) layers.change({ popup: undefined });
  };
};
