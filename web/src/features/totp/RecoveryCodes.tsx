import { useEffect, useRef } from "react";
import { totpTexts } from "../../i18n/totp";
import { download } from "../../lib/download";
import { shortDate } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Toggle } from "../../ui/Toggle";
import { useClient, useMe } from "../app/context";
import { copy } from "../client/copy";
import { recoveryFile } from "./codes";

interface RecoveryCodesProps {
  codes: readonly string[];
  /** What these are, and how to keep them. */
  warning: string;
  kept: boolean;
  onKept: (kept: boolean) => void;
  onClose: () => void;
}

/** The server tells them once: they are gone with the dialog. */
export function RecoveryCodes({ codes, warning, kept, onKept, onClose }: RecoveryCodesProps) {
  const client = useClient();
  const me = useMe();
  const texts = totpTexts();
  const head = useRef<HTMLParagraphElement>(null);
  // What was pressed is gone: it goes on where it is said what these are.
  useEffect(() => head.current?.focus(), []);
  useAskedFirst(!kept);
  const save = () => {
    const file = recoveryFile(codes, { account: me?.id ?? "", day: shortDate(Date.now()) });
    download(file, "text/plain", texts.fileName(me?.username ?? ""));
  };
  return (
    <div className="form">
      <p ref={head} tabIndex={-1} className="totp-warning">
        {warning}
      </p>
      <ul className="totp-codes" aria-label={texts.recoveryCodes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="button-row">
        <Button icon="copy" onPress={() => void copy(client, codes.join("\n"))}>
          {texts.copy}
        </Button>
        <Button icon="down" onPress={save}>
          {texts.download}
        </Button>
      </div>
      <Toggle label={texts.kept} value={kept} onChange={onKept} />
      <div className="dialog-foot">
        <Button variant="primary" isDisabled={!kept} onPress={onClose}>
          {texts.done}
        </Button>
      </div>
    </div>
  );
}

/** The browser asks before the page goes. */
function useAskedFirst(needed: boolean): void {
  useEffect(() => {
    if (!needed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [needed]);
}
