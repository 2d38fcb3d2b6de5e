// Copies a block of code. Beside it while it is pointed at or focused; where there are only fingers, always.

import { useEffect, useState } from "react";
import { t } from "../../i18n";
import { Icon } from "../Icon";
import { useStop } from "../stops";

/** How long it says what came of it. */
const SAID_MS = 2_000;

export default function CopyCode({ value }: { value: string }) {
  // Each press is said anew.
  const [said, setSaid] = useState<{ copied: boolean } | null>(null);
  const stop = useStop();
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    // Browsers have no clipboard for pages that came by plain http.
    const copied = await Promise.resolve()
      .then(() => navigator.clipboard.writeText(value))
      .then(
        () => true,
        () => false,
      );
    setSaid({ copied });
  };
  return (
    <div className="code-copy" data-said={said ? "" : undefined}>
      <button
        type="button"
        tabIndex={stop}
        aria-label={t.message.copyCode}
        title={said ? undefined : t.message.copyCode}
        onClick={() => void copy()}
      >
        <Icon name={said ? (said.copied ? "check" : "close") : "copy"} />
      </button>
      {/* Always there: what is put in anew is often not heard. */}
      <span role="status">{said ? (said.copied ? t.common.copied : t.common.notCopied) : ""}</span>
    </div>
  );
}
