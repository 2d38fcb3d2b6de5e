// What one does just now: loaded when it is opened.

import { useRef, useState } from "react";
import type { User } from "../../api/types";
import { statusTexts } from "../../i18n/status";
import { t } from "../../i18n";
import { moment } from "../../lib/time";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Select";
import { useClient, useMe } from "../app/context";
import { EmojiButton } from "../emoji/EmojiButton";
import { type End, endOf, ENDS, PRESETS } from "./ends";
import { useSign } from "./useSign";
import { useStatus } from "./useStatus";
import "./status.css";

/** The server counts characters, the browser what they are written with: this is never too little. */
const TEXT_MAX = 100;

export default function StatusDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  return me ? (
    <Dialog title={statusTexts().title} onClose={onClose} width={420} testId="status-dialog">
      <Form me={me} onClose={onClose} />
    </Dialog>
  ) : null;
}

function Form({ me, onClose }: { me: User; onClose: () => void }) {
  const client = useClient();
  const texts = statusTexts();
  const was = useStatus(me.status);
  const [kept] = useState(was);
  const [opened] = useState(() => Date.now());
  const [emoji, setEmoji] = useState(kept?.emoji ?? null);
  const [text, setText] = useState(kept?.text ?? "");
  const [end, setEnd] = useState<End | "kept">(kept?.until_ts ? "kept" : "never");
  const [busy, setBusy] = useState(false);
  const nothing = !emoji && text.trim() === "";

  const save = async (clear: boolean) => {
    setBusy(true);
    const end_ts = end === "kept" ? (kept?.until_ts ?? null) : endOf(end, Date.now());
    // What would be over already is left open.
    const until = end_ts !== null && end_ts <= Date.now() ? null : end_ts;
    const status = clear ? null : { ...(emoji ? { emoji } : {}), text: text.trim(), until_ts: until };
    const done = await client.actions.updateMe({ status });
    setBusy(false);
    if (done) onClose();
  };
  const ends = ENDS.map((value) => ({ value, title: texts.ends[value] }));
  const until = kept?.until_ts
    ? [{ value: "kept" as const, title: texts.until(moment(kept.until_ts, opened)) }]
    : [];

  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!nothing) void save(false);
      }}
    >
      <div className="status-said">
        <Emoji emoji={emoji} onChange={setEmoji} />
        <Field label={texts.text} value={text} onChange={setText} maxLength={TEXT_MAX} autoFocus />
      </div>
      <Select label={texts.end} value={end} options={[...until, ...ends]} onChange={setEnd} />
      <div role="group" aria-label={texts.presets} className="status-presets">
        {PRESETS.map((preset) => (
          <button
            key={preset.id}
            type="button"
            className="status-preset"
            onClick={() => {
              setEmoji(preset.emoji);
              setText(texts.said[preset.id]);
              setEnd(preset.end);
            }}
          >
            <span aria-hidden="true">{preset.emoji}</span>
            <span>{texts.said[preset.id]}</span>
            <small>{texts.ends[preset.end]}</small>
          </button>
        ))}
      </div>
      <div className="dialog-foot">
        {was ? (
          <Button isDisabled={busy} onPress={() => void save(true)}>
            {texts.clear}
          </Button>
        ) : null}
        <Button type="submit" variant="primary" isDisabled={nothing} isPending={busy}>
          {t.common.save}
        </Button>
      </div>
    </form>
  );
}

/** The one that was chosen, to be taken away, and what chooses another. */
function Emoji({ emoji, onChange }: { emoji: string | null; onChange: (emoji: string | null) => void }) {
  const texts = statusTexts();
  const sign = useSign(emoji);
  const own = useRef<HTMLDivElement>(null);
  return (
    <div ref={own} className="status-emoji">
      <EmojiButton label={texts.emoji} onPick={onChange} />
      {emoji ? (
        <button
          type="button"
          className="chip"
          aria-label={texts.noEmoji(sign)}
          title={texts.noEmoji(sign)}
          onClick={() => {
            onChange(null);
            // It goes: the keys go on at what is left.
            own.current?.querySelector("button")?.focus();
          }}
        >
          <span className="status-sign" aria-hidden="true">
            {sign}
          </span>
          <Icon name="close" />
        </button>
      ) : null}
    </div>
  );
}
