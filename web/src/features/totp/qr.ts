// A text as a picture that cameras read.

import { encodeQR } from "qr";

/** Modules that stay white around it (ISO/IEC 18004). */
const QUIET_ZONE = 4;

export interface Drawn {
  /** Modules along one side, the white ones around it too. */
  size: number;
  /** The black ones, as a path of SVG. */
  path: string;
}

export function drawn(text: string): Drawn {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET_ZONE });
  return { size: rows.length, path: rows.map(runs).join("") };
}

/** What is black in a row, each run as one bar. */
function runs(row: readonly boolean[], y: number): string {
  let path = "";
  for (let x = 0; x < row.length; x += 1) {
    const from = x;
    while (row[x]) x += 1;
    if (x > from) path += `M${String(from)} ${String(y)}h${String(x - from)}v1H${String(from)}z`;
  }
  return path;
}
