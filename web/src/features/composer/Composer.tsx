// Where one writes: grows, remembers its draft, completes names, sends on Enter.

import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  type RefObject,
  Suspense,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { t } from "../../i18n";
import { composing, sends } from "../../lib/keys";
import { plainText } from "../../ui/markdown/parse";
import { Button, IconButton } from "../../ui/Button";
import { Boundary } from "../../ui/Boundary";
import { GrowingText } from "../../ui/GrowingText";
import { later as loadLater } from "../../ui/later";
import { displayName } from "../../store/selectors";
import type { Carried } from "../../api/files";
import type { Preview } from "../../api/previews";
import { useClient, useSelect } from "../app/context";
import { slowSeconds } from "../client/rights";
import { filesOf } from "../conversation/words";
import { EmojiButton } from "../emoji/EmojiButton";
import { AttachButton } from "../files/AttachButton";
import { Chips } from "../files/Chips";
import { DropHint } from "../files/DropHint";
import { useAttaching } from "../files/useAttaching";
import { usePreviewing } from "../previews/Previews";
import { useLater } from "../scheduled/useLater";
import { useCommands } from "./useCommands";
import { useChanges } from "./quoting";
import { useDraft } from "./useDraft";
import { type Due, useDue } from "./useDue";
import { useWriting, type Writing } from "./useWriting";

const RecordButton = loadLater(() => import("../recording/RecordButton"), { soon: true });
const SlowNote = loadLater(() => import("./SlowNote"));

interface ComposerProps {
  channel: string;
  /** What the draft is kept under: the channel, or channel and thread. */
  place: string;
  label: string;
  replyTo?: string | null;
  /** The message that is being edited instead; afterwards one writes on here. */
  editing?: string | null;
  onReplyDone?: () => void;
  onEditLast?: () => void;
  onSend: (text: string, attachments?: Carried[], previews?: readonly Preview[]) => void;
}

const MESSAGE_BYTES_DEFAULT = 32_768;
const QUOTE_CHARS_MAX = 140;

/** With props that stay the same while others write, it is drawn for its own sake only. */
export const Composer = memo(function Composer(props: ComposerProps) {
  const { channel, place, label, replyTo, onReplyDone, onEditLast, onSend } = props;
  const client = useClient();
  const box = useRef<HTMLTextAreaElement>(null);
  const banner = useId();
  const commands = useCommands(channel, onSend);
  const onChange = () => {
    commands.clearHint();
    later.clearNote();
    due.stop();
  };
  const { text, change, clear } = useDraft({ channel, place, box, onChange });
  const over = useOver(text);
  const area = useRef<HTMLDivElement>(null);
  const write = () => box.current?.focus();
  const attaching = useAttaching(place, area, write);
  const { uploads, chips } = attaching;
  const slow = useSlow(channel);
  const unfit = over > 0 || attaching.failed || (text.trim() === "" && chips.length === 0);
  const blocked = unfit || slow.held;

  useFocus(box, replyTo ?? null, props.editing ?? null);

  const writing = useWriting({ channel, box, text, onChange: change, commands: true });
  useChanges(place, (change) => writing.replace(change(text)));

  const previews = usePreviewing({ place, text, onRemoved: write });
  const deliver = () => {
    const files = chips.length > 0;
    const done = files ? null : commands.run(text.trim());
    if (!done) {
      onSend(text.trim(), files ? uploads.take() : undefined, previews.take(text.trim()));
      return clear();
    }
    // What could not be done stays, unless the person has gone on writing.
    void done.then((ok) => ok && client.draft(place) === text && clear());
  };
  const later = useLater({
    ...{ channel, place, text, uploads, replyTo, clear, onReplyDone },
    previews: previews.take,
    ready: !unfit && !attaching.running,
  });
  const due = useDue({ uploads, place, text, send: deliver });
  const send = () => {
    if (blocked) slow.explain(attaching.failed);
    else if (attaching.running) due.wait();
    else deliver();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (composing(event.nativeEvent)) return;
    if (writing.onKey(event)) return;
    if (sends(event)) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && text === "" && !event.altKey && onEditLast) {
      event.preventDefault();
      onEditLast();
    } else if (event.key === "Escape" && (due.waits || replyTo)) {
      event.preventDefault();
      event.stopPropagation();
      if (due.waits) due.stop();
      else onReplyDone?.();
    }
  };

  return (
    <>
      <div className="composer-area" ref={area} onPaste={attaching.onPaste}>
        {writing.suggestions}
        {slow.note}
        {replyTo ? <ReplyBanner own={banner} channel={channel} id={replyTo} onCancel={onReplyDone} /> : null}
        <CommandHint hint={commands.hint} />
        <Later due={due} />
        {later.note}
        <div className="composer" data-reply={replyTo ? "" : undefined}>
          <Chips attaching={attaching} onRemoved={write} />
          {previews.cards}
          {writing.bar}
          <div className="composer-row">
            <GrowingText
              ref={box}
              label={label}
              placeholder={label}
              {...writing.field}
              describedBy={replyTo ? banner : undefined}
              onKeyDown={onKeyDown}
              testId="composer"
            />
            <Over bytes={over} />
            <Tools writing={writing} onFiles={attaching.add} onSend={blocked ? null : send}>
              {later.button}
            </Tools>
          </div>
        </div>
      </div>
      {attaching.over ? <DropHint /> : null}
    </>
  );
});

/** By how many bytes the text is too long; a text that is short by far is not measured. */
function useOver(text: string): number {
  const limit = useSelect((state) => state.server?.limits?.["message_bytes"]) ?? MESSAGE_BYTES_DEFAULT;
  const bytes = text.length * 3 < limit ? 0 : new TextEncoder().encode(text).length;
  return bytes - limit;
}

/** Whether one has to wait, as in slow channels, and what is said of it. */
function useSlow(channel: string) {
  const { notices } = useClient();
  const seconds = useSelect(({ channels: { [channel]: at } }) => (at ? slowSeconds(at.info) : 0));
  const [held, setHeld] = useState(false);
  /** Why nothing goes, where that is not plain to see. */
  const explain = (uploadFailed: boolean) => {
    if (uploadFailed) notices.show(t.entering.uploadFailed);
    else if (held) notices.show(t.problems.slow_mode);
  };
  const note = seconds ? (
    <Boundary fallback={null}>
      <Suspense>
        <SlowNote channel={channel} seconds={seconds} onHeld={setHeld} />
      </Suspense>
    </Boundary>
  ) : null;
  return { held, explain, note };
}

interface ToolsProps {
  writing: Writing;
  onFiles: (files: Iterable<File>) => void;
  /** None while there is nothing that could go. */
  onSend: (() => void) | null;
  /** What else can be done with it. */
  children: ReactNode;
}

function Tools({ writing, onFiles, onSend, children }: ToolsProps) {
  return (
    <>
      {writing.toggle}
      <AttachButton onPick={onFiles} />
      <Boundary fallback={null}>
        <Suspense>
          <RecordButton onRecorded={onFiles} />
        </Suspense>
      </Boundary>
      <EmojiButton label={t.composer.emoji} onPick={writing.insert} />
      {children}
      <IconButton
        icon="send"
        size="small"
        label={t.composer.send}
        isDisabled={onSend === null}
        {...(onSend ? { onPress: onSend } : {})}
      />
    </>
  );
}

/** Why a command was not carried out. */
function CommandHint({ hint }: { hint: string | null }) {
  if (!hint) return null;
  return (
    <p className="composer-hint" role="alert" data-testid="composer-hint">
      {hint}
    </p>
  );
}

/** That it is going to be sent, and how not. */
function Later({ due }: { due: Due }) {
  return (
    <div role="status" data-testid="composer-due">
      {due.waits ? (
        <p className="composer-hint composer-due">
          {t.entering.sendsLater}
          <Button size="small" onPress={due.stop}>
            {t.entering.notYet}
          </Button>
        </p>
      ) : null}
    </div>
  );
}

function Over({ bytes }: { bytes: number }) {
  if (bytes <= 0) return null;
  return (
    <span className="composer-over" role="status">
      {t.composer.tooLong(bytes)}
    </span>
  );
}

/** One writes at once: on coming here, on answering somebody, and after an edit. */
function useFocus(
  box: RefObject<HTMLTextAreaElement | null>,
  replyTo: string | null,
  editing: string | null,
): void {
  useEffect(() => {
    const { current } = box;
    if (!current || !matchMedia("(pointer: fine)").matches) return;
    current.focus();
    // One goes on behind what stands there already.
    current.setSelectionRange(current.value.length, current.value.length);
  }, [box]);
  useEffect(() => {
    if (replyTo) box.current?.focus();
  }, [box, replyTo]);
  useEffect(() => {
    const written = box.current;
    return () => {
      if (editing) written?.focus();
    };
  }, [box, editing]);
}

interface ReplyBannerProps {
  /** Its id, by which the box names it. */
  own: string;
  channel: string;
  id: string;
  onCancel: (() => void) | undefined;
}

function ReplyBanner({ own, channel, id, onCancel }: ReplyBannerProps) {
  const client = useClient();
  const message = useSelect((state) => state.channels[channel]?.messages[id]);
  const user = useSelect((state) => (message ? state.users[message.sender] : undefined));
  const missing = !message;
  // What was answered before a reload may stand further up than what was loaded since.
  useEffect(() => {
    if (missing) void client.timelines.message(channel, id);
  }, [client, channel, id, missing]);
  return (
    <div className="reply-banner" data-testid="reply-banner">
      {message ? (
        <p id={own} className="truncate">
          <strong>{t.composer.replyingTo(displayName(user, message.sender))}</strong>{" "}
          {plainText(message.text).slice(0, QUOTE_CHARS_MAX) || filesOf(message, QUOTE_CHARS_MAX)}
        </p>
      ) : (
        <p id={own} className="truncate">
          {t.message.unknownReply}
        </p>
      )}
      <IconButton
        icon="close"
        size="small"
        label={t.composer.cancelReply}
        {...(onCancel ? { onPress: onCancel } : {})}
      />
    </div>
  );
}
