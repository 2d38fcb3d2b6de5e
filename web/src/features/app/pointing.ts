// What led to where one is: the pointer or keys. Who comes somewhere by keys is not taken away.

export const pointing = { last: false };

/** Until the function that it returns is called. */
export function watchPointing(): () => void {
  const onPointer = () => (pointing.last = true);
  const onMove = ({ key }: KeyboardEvent) => {
    if (/^(Tab|F6|Arrow|Home|End)/.test(key)) pointing.last = false;
  };
  addEventListener("pointerdown", onPointer, { capture: true });
  addEventListener("keydown", onMove, { capture: true });
  return () => {
    removeEventListener("pointerdown", onPointer, { capture: true });
    removeEventListener("keydown", onMove, { capture: true });
  };
}
