// The rows of a timeline or of a thread, in a scroller that keeps its place.

import type { KeyboardEvent, ReactNode, RefObject } from "react";
import { t } from "../../i18n";
import { onceLost } from "../../lib/focus";
import { dayLabel, dayOf } from "../../lib/time";
import { Button } from "../../ui/Button";
import { DayLine, NewLine } from "../../ui/MessageRow";
import { BlockedLine } from "./BlockedLine";
import { MessageItem } from "./MessageItem";
import { PendingItem } from "./PendingItem";
import type { StoredMessage } from "../../store/state";
import type { BlockedRow, Row } from "./rows";
import { useMessageKeys } from "./useMessageKeys";
import { usePointed } from "./usePointed";
import type { Scroll } from "./useScroll";
import { useToday } from "./useToday";
import { pieces } from "./windowing";

interface MessageListProps {
  label: string;
  channel: string;
  rows: readonly Row[];
  scroll: Scroll;
  inThread?: boolean;
  flash: string | null;
  /** What a thread is about: above all else. */
  root?: StoredMessage | undefined;
  /** Drawn before the first row: the conversation's beginning, or a sign that more is coming. */
  start: ReactNode;
  /** How many new messages wait below, when the end is not on the screen. */
  below: number;
  live: boolean;
  onPresent: () => void;
  onReply?: (id: string) => void;
  onJump: (id: string) => void;
  /** Opens the choice of another day; without it days only separate. */
  onDay?: (ts: number) => void;
  editing: string | null;
  onEdit: (id: string | null) => void;
  /** Opens or closes a line of blocked people's messages. */
  onVeil: (line: BlockedRow) => void;
}

export function MessageList(props: MessageListProps) {
  const { rows, channel, root } = props;
  const { scroller, content, heights, span, atEnd, hold } = props.scroll;
  const { active, asked, activate, lock, handlers } = usePointed();
  const { onKeys, onKey } = useMessageKeys(activate);
  const now = useToday();
  const { editing } = props;
  const drawn = pieces(
    rows,
    heights,
    span,
    (row) => row.key === active || (row.kind === "message" && row.id === editing),
  );
  const reachable = drawn.findLast((piece) => "row" in piece && isStop(piece.row));
  const lastKey = reachable && "row" in reachable ? reachable.row.key : null;
  const tabbable = rows.some((row) => row.key === active) ? active : lastKey;

  const stop = (row: Row) => ({ tabbable: row.key === tabbable, onActivate: activate });
  const item = (
    key: string,
    message: StoredMessage,
    how: { head: boolean; tabbable: boolean; flash: boolean },
  ) => (
    <MessageItem
      key={key}
      rowKey={key}
      channel={channel}
      message={message}
      {...how}
      inThread={props.inThread ?? false}
      active={key === active}
      asked={key === active ? asked : null}
      today={dayOf(now)}
      editing={message.id === editing}
      onActivate={activate}
      onLock={lock}
      onKeys={onKeys}
      onReply={props.onReply}
      onJump={props.onJump}
      onEdit={props.onEdit}
    />
  );
  const draw = (row: Row): ReactNode => {
    if (row.kind === "day") {
      return (
        <DayLine
          key={row.key}
          rowKey={row.key}
          label={dayLabel(row.ts, now)}
          onPick={props.onDay}
          ts={row.ts}
          tabbable={row.key === tabbable}
          onActivate={activate}
        />
      );
    }
    if (row.kind === "new") return <NewLine key={row.key} label={t.timeline.newLine} />;
    if (row.kind === "blocked") {
      return <BlockedLine key={row.key} row={row} onHold={hold} onToggle={props.onVeil} {...stop(row)} />;
    }
    if (row.kind === "pending") {
      return <PendingItem key={row.key} item={row.item} head={row.head} {...stop(row)} />;
    }
    const flash = row.message.id === props.flash;
    return item(row.key, row.message, { head: row.head, tabbable: row.key === tabbable, flash });
  };

  const showPresent = !props.live || !atEnd;
  return (
    <div className="timeline">
      <div
        ref={scroller}
        className="timeline-scroll scroll"
        id={props.inThread ? undefined : "messages"}
        tabIndex={-1}
        role="group"
        aria-label={props.label}
        onKeyDown={(event) => moveBetweenRows(event, active) || onKey(event)}
        {...handlers}
      >
        <div ref={content} className="timeline-content">
          {root ? item(`root-${root.id}`, root, { head: true, tabbable: true, flash: false }) : null}
          {props.start}
          {drawn.map((piece) =>
            "row" in piece ? draw(piece.row) : <Gap key={piece.key} name={piece.key} height={piece.gap} />,
          )}
        </div>
      </div>
      {showPresent ? <ToPresent below={props.below} scroller={scroller} onPresent={props.onPresent} /> : null}
    </div>
  );
}

/** The room of rows that are not drawn. */
function Gap({ name, height }: { name: string; height: number }) {
  return <div data-gap={name} className="timeline-gap" style={{ height }} aria-hidden="true" />;
}

interface ToPresentProps {
  below: number;
  scroller: RefObject<HTMLElement | null>;
  onPresent: () => void;
}

function ToPresent({ below, scroller, onPresent }: ToPresentProps) {
  const press = ({ pointerType }: { pointerType: string }) => {
    onPresent();
    // The button is gone then. With a mouse one goes on with the mouse.
    if (KEYS.has(pointerType)) onceLost(() => newest(scroller.current), { frames: PRESENT_FRAMES });
  };
  return (
    <div className="to-present">
      <Button size="small" icon="down" onPress={press}>
        {below > 0 ? t.timeline.newMessages(below) : t.timeline.jumpToPresent}
      </Button>
    </div>
  );
}

/** Where Tab leads to when no row was chosen: a day is not what one wants to hear first. */
const isStop = ({ kind }: Row): boolean => kind !== "day" && kind !== "new";

/** Whether it did. Arrow keys walk through the rows; they, and Tab, lead from the list itself to where one was or the newest in sight. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>, active: string | null): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const row = event.target as HTMLElement;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-stop]")];
  if (row === event.currentTarget && (ENTERING.has(event.key) || (event.key === "Tab" && !event.shiftKey))) {
    const newest = entryOf(row, rows, active);
    if (newest) event.preventDefault();
    newest?.focus({ preventScroll: true });
    return true;
  }
  if (!row.matches("[data-stop]")) return false;
  const at = rows.indexOf(row);
  const next =
    event.key === "ArrowUp"
      ? rows[at - 1]
      : event.key === "ArrowDown"
        ? rows[at + 1]
        : event.key === "Home"
          ? rows[0]
          : event.key === "End"
            ? rows.at(-1)
            : undefined;
  if (!next) return false;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

const KEYS: ReadonlySet<string> = new Set(["keyboard", "virtual"]);

/** What is newer may have to be loaded first. */
const PRESENT_FRAMES = 600;

const newest = (box: HTMLElement | null) => [...(box?.querySelectorAll<HTMLElement>("article") ?? [])].at(-1);

const ENTERING: ReadonlySet<string> = new Set(["ArrowUp", "ArrowDown"]);

/** Where one was, or was led to; else the last that is seen as a whole; of one higher than the list, what there is. */
function entryOf(
  box: HTMLElement,
  rows: readonly HTMLElement[],
  active: string | null,
): HTMLElement | undefined {
  const view = box.getBoundingClientRect();
  const seen = rows.filter((row) => {
    if (!row.matches("article")) return false;
    const { top, bottom } = row.getBoundingClientRect();
    return bottom > view.top && top < view.bottom;
  });
  const known = seen.find(({ dataset }) => dataset["key"] === active || dataset["flash"] !== undefined);
  return (
    known ?? seen.findLast((row) => row.getBoundingClientRect().bottom <= view.bottom + 1) ?? seen.at(-1)
  );
}
