import { straight } from "../lib/bidi";
import { halves } from "../lib/halves";

/** Cut in its middle where it is too long: how it ends tells what it is. */
export function FileName({ name }: { name: string }) {
  const whole = straight(name);
  const [head, tail] = halves(whole);
  if (tail === "") return <span className="truncate">{whole}</span>;
  return (
    <span className="file-name" dir="auto" title={whole}>
      <span className="visually-hidden">{whole}</span>
      <span className="truncate" aria-hidden="true">
        {head}
      </span>
      <span aria-hidden="true">{tail}</span>
    </span>
  );
}
