// One message as it is drawn. Everything that it shows or does comes in.

import { type FocusEvent, type KeyboardEvent, type PointerEvent, type ReactNode, useState } from "react";
import { straight } from "../lib/bidi";
import { Avatar } from "./Avatar";
import { BotTag } from "./bits";
import { Stops, useStop } from "./stops";

interface MessageRowProps {
  rowKey: string;
  messageId?: string;
  label: string;
  author: { id: string; name: string; bot?: boolean; address?: string | null; status?: ReactNode };
  /** First of a group: with face and name. */
  head: boolean;
  time: { short: string; full: string; iso: string };
  tone?: "mention" | "pending" | "failed" | undefined;
  flash?: boolean;
  tabbable: boolean;
  onActivate: () => void;
  onAuthor?: () => void;
  quote?: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
  tools?: ReactNode;
}

export function MessageRow(props: MessageRowProps) {
  const [entered, setEntered] = useState(false);
  const hover = (event: PointerEvent) => {
    if (event.pointerType !== "touch" && !keysInTools()) props.onActivate();
  };
  return (
    <article
      className="message"
      data-stop=""
      aria-label={props.label}
      data-key={props.rowKey}
      data-id={props.messageId}
      data-head={props.head || undefined}
      data-tone={props.tone}
      data-flash={props.flash || undefined}
      data-testid="message"
      tabIndex={props.tabbable ? 0 : -1}
      onPointerEnter={hover}
      // A row can come to lie under a pointer that rests, or be left locked out while a menu was open.
      onPointerMove={hover}
      // A finger does not hover: it chooses a row as it is lifted, unless it scrolled (that cancels the pointer).
      onPointerUp={props.onActivate}
      onFocus={(event: FocusEvent) => {
        // What a tool opens comes through here, too, though it lies elsewhere.
        if (!event.currentTarget.contains(event.target)) return;
        setEntered(true);
        props.onActivate();
      }}
      onBlur={({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!currentTarget.contains(relatedTarget)) setEntered(false);
      }}
      onKeyDown={({ key, currentTarget, target }: KeyboardEvent) => {
        // The pointer may have gone to another row meanwhile: the tools come back before Tab leads to them.
        if (key === "Tab" && currentTarget.contains(target as Node)) props.onActivate();
      }}
    >
      <Stops value={entered}>
        <Inside {...props} />
      </Stops>
    </article>
  );
}

/** Tools that are used by keyboard do not go away because rows move below a pointer that rests. */
export function keysInTools(): boolean {
  const { activeElement } = document;
  return activeElement?.closest(".message-tools") ? activeElement.matches(":focus-visible") : false;
}

function Inside(props: MessageRowProps) {
  const { author, head, time } = props;
  const stop = useStop();
  return (
    <>
      {props.quote}
      <div className="message-side">
        {head ? (
          <button
            type="button"
            className="face"
            tabIndex={-1}
            aria-hidden="true"
            data-person={author.id}
            onClick={props.onAuthor}
          >
            <Avatar id={author.id} name={author.name} />
          </button>
        ) : (
          <time className="message-hour" dateTime={time.iso} title={time.full}>
            {time.short}
          </time>
        )}
      </div>
      <div className="message-main">
        {head ? (
          <div className="message-head">
            <button
              type="button"
              className="author"
              tabIndex={stop}
              data-person={author.id}
              onClick={props.onAuthor}
            >
              {author.name}
            </button>
            {author.bot ? <BotTag /> : null}
            {author.status}
            {author.address ? (
              <span className="author-address truncate" title={author.address}>
                {author.address}
              </span>
            ) : null}
            <time dateTime={time.iso} title={time.full}>
              {time.short}
            </time>
          </div>
        ) : null}
        {props.children}
        {props.foot}
      </div>
      {props.tools}
    </>
  );
}

interface DayLineProps {
  rowKey: string;
  label: string;
  ts: number;
  /** Makes the date a button. */
  onPick: ((ts: number) => void) | undefined;
  tabbable: boolean;
  onActivate: (key: string) => void;
}

export function DayLine({ rowKey, label, ts, onPick, tabbable, onActivate }: DayLineProps) {
  if (!onPick) {
    return (
      <div className="day" role="separator" aria-label={label} data-day={rowKey}>
        <span>{label}</span>
      </div>
    );
  }
  return (
    <div className="day" data-day={rowKey}>
      <button
        type="button"
        className="day-button"
        data-stop=""
        data-testid="day"
        tabIndex={tabbable ? 0 : -1}
        onFocus={() => onActivate(rowKey)}
        onClick={() => onPick(ts)}
      >
        {label}
      </button>
    </div>
  );
}

export function NewLine({ label }: { label: string }) {
  return (
    <div className="new-line" role="separator" aria-label={label} data-key="new" data-testid="new-line">
      <span>{label}</span>
    </div>
  );
}

interface QuoteProps {
  label: string;
  jumpLabel: string;
  name: string | null;
  text: string;
  onJump?: () => void;
}

/** What a message answers, in one line. */
export function Quote({ label, jumpLabel, name, text, onJump }: QuoteProps) {
  return (
    <button
      type="button"
      className="quote"
      tabIndex={useStop()}
      aria-label={`${label}: ${text}. ${jumpLabel}`}
      disabled={!onJump}
      onClick={onJump}
    >
      {name ? <strong>{name}</strong> : null}
      <span className="truncate">{text}</span>
    </button>
  );
}

export interface ReactionView {
  emoji: string;
  count: number;
  mine: boolean;
  label: string;
  /** It is not in the log yet, or still is. */
  waiting?: boolean;
}

export function Reactions({
  reactions,
  onToggle,
  add,
}: {
  reactions: ReactionView[];
  onToggle: (emoji: string, on: boolean) => void;
  add?: ReactNode;
}) {
  const stop = useStop();
  if (reactions.length === 0) return null;
  return (
    <div className="reactions">
      {reactions.map(({ emoji, count, mine, label, waiting }) => (
        <button
          key={emoji}
          type="button"
          className="reaction"
          tabIndex={stop}
          aria-pressed={mine}
          aria-label={label}
          title={label}
          data-waiting={waiting || undefined}
          data-testid="reaction"
          onClick={() => onToggle(emoji, !mine)}
        >
          <span aria-hidden="true">{straight(emoji)}</span> <span aria-hidden="true">{count}</span>
        </button>
      ))}
      {add}
    </div>
  );
}
