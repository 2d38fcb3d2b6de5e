import { blockTexts } from "../../i18n/blocks";
import type { Row } from "./rows";

interface BlockedLineProps {
  row: Extract<Row, { kind: "blocked" }>;
  onToggle: (key: string) => void;
}

/** Stands for what people whom the viewer blocks have said one after the other. */
export function BlockedLine({ row, onToggle }: BlockedLineProps) {
  const texts = blockTexts();
  return (
    <div className="blocked-line" data-key={row.key} data-testid="blocked-line">
      {texts.messages(row.count)}
      {" · "}
      <button type="button" aria-expanded={row.open} onClick={() => onToggle(row.key)}>
        {row.open ? texts.hide : texts.show}
      </button>
    </div>
  );
}
