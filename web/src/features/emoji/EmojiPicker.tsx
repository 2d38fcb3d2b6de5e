// Loaded when it is first opened: it brings the list of emoji with it.

import { type KeyboardEvent, useMemo, useState } from "react";
import { named, t } from "../../i18n";
import { composing, isCoarse } from "../../lib/keys";
import { FoundStatus } from "../../ui/bits";
import { readStored, writeStored } from "../../lib/storage";
import { type Emoji, emojiGroups, searchEmoji } from "./emoji";

const RECENT_KEY = "loggia.emoji";
const RECENT_MAX = 16;
const FOUND_MAX = 96;
const FINGER = isCoarse();

function recentEmoji(): string[] {
  return (readStored(RECENT_KEY) ?? "").split(" ").filter(Boolean);
}

export default function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const [query, setQuery] = useState("");
  const [hint, setHint] = useState<Emoji | null>(null);
  const [recent] = useState(recentEmoji);
  const groups = useMemo(() => {
    if (query.trim() !== "") return [{ id: "found", label: "", emoji: searchEmoji(query, FOUND_MAX) }];
    const known = new Map(emojiGroups.flatMap((group) => group.emoji).map((emoji) => [emoji.char, emoji]));
    const used = recent.flatMap((char) => known.get(char) ?? []);
    const all = emojiGroups.map((group) => ({
      ...group,
      label: named(t.emoji.groups, group.id) ?? group.id,
    }));
    return used.length > 0 ? [{ id: "recent", label: t.emoji.recent, emoji: used }, ...all] : all;
  }, [query, recent]);

  const found = query.trim() === "" ? null : (groups[0]?.emoji.length ?? 0);

  const pick = (char: string) => {
    writeStored(RECENT_KEY, [char, ...recent.filter((each) => each !== char)].slice(0, RECENT_MAX).join(" "));
    onPick(char);
  };

  return (
    <div className="emoji-picker" data-testid="emoji-picker">
      <div className="emoji-picker-head">
        <input
          className="input"
          type="search"
          aria-label={t.emoji.search}
          placeholder={t.emoji.search}
          // A phone's keyboard would cover what is there to choose: the dialog has the focus then.
          autoFocus={!FINGER}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            const first = groups[0]?.emoji[0];
            if (event.key === "Enter" && first && !composing(event.nativeEvent)) {
              event.preventDefault();
              pick(first.char);
            }
          }}
        />
      </div>
      <FoundStatus count={found} more={found === FOUND_MAX} />
      <div className="emoji-grid scroll" onKeyDown={moveInGrid}>
        {groups.map((group) => (
          <section key={group.id} aria-label={group.label || t.emoji.search}>
            {group.label ? <div className="emoji-group">{group.label}</div> : null}
            <div className="emoji-row">
              {group.emoji.map((emoji, index) => (
                <button
                  key={emoji.char}
                  type="button"
                  className="emoji"
                  aria-label={emoji.name}
                  tabIndex={index === 0 ? 0 : -1}
                  onClick={() => pick(emoji.char)}
                  onFocus={() => setHint(emoji)}
                  onPointerEnter={() => setHint(emoji)}
                >
                  {emoji.char}
                </button>
              ))}
            </div>
          </section>
        ))}
        {groups.every((group) => group.emoji.length === 0) ? (
          <p className="picker-note">{t.emoji.empty}</p>
        ) : null}
      </div>
      <div className="emoji-foot truncate" aria-hidden="true">
        {hint ? `${hint.char} :${hint.code}:` : ""}
      </div>
    </div>
  );
}

/** How many are beside each other where this one is: the width of the window decides. */
function columnsAround(emoji: EventTarget): number {
  const row = emoji instanceof Element ? emoji.parentElement : null;
  return row ? getComputedStyle(row).gridTemplateColumns.split(" ").length : 1;
}

function moveInGrid(event: KeyboardEvent<HTMLElement>): void {
  const columns = columnsAround(event.target);
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
  };
  const step = steps[event.key];
  if (!step) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>(".emoji")];
  const next = all[all.indexOf(event.target as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
