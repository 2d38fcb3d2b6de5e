import { t } from "../../i18n";
import type { BlockedRow } from "./rows";

interface BlockedLineProps {
  row: BlockedRow;
  /** Told before the toggle: the line is to stay where it is. */
  onHold: (key: string) => void;
  onToggle: (line: BlockedRow) => void;
  tabbable: boolean;
  onActivate: (key: string) => void;
}

/** Stands for what people whom the viewer blocks have said one after the other. */
export function BlockedLine({ row, onHold, onToggle, tabbable, onActivate }: BlockedLineProps) {
  const texts = t.blocks;
  const toggle = () => {
    onHold(row.key);
    onToggle(row);
  };
  return (
    <div className="blocked-line" data-key={row.key} data-testid="blocked-line">
      {texts.messages(row.ids.length)}
      {" · "}
      <button
        type="button"
        data-stop=""
        tabIndex={tabbable ? 0 : -1}
        aria-expanded={row.open}
        onFocus={() => onActivate(row.key)}
        onClick={toggle}
      >
        {row.open ? texts.hide : texts.show}
      </button>
    </div>
  );
}
