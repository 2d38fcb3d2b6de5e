// Search: what one types, the usual operators as buttons, and what was found, the newest first.

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { ApiError } from "../../api/http";
import { search_messages } from "../../api/operations";
import type { SearchPage, SearchResult } from "../../api/types";
import { t } from "../../i18n";
import { threadTexts } from "../../i18n/threads";
import { straight } from "../../lib/bidi";
import { moment } from "../../lib/time";
import { useEarlyKeys } from "../../ui/early";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { MessageCard } from "../../ui/Card";
import { Icon } from "../../ui/Icon";
import { channelName, displayName } from "../../store/selectors";
import { useClient, useSelect } from "../app/context";
import { visit } from "../app/route";
import { problemText } from "../client/problems";
import { wordsOf } from "../conversation/words";
import { isPassing, useSearch } from "../dialogs/useSearch";
import { withDescription } from "../files/descriptions";
import { PanelFrame } from "../panels/PanelFrame";
import { Others } from "./Others";
import { asTyped, plainFound, snippet, toggled } from "./snippet";
import { useKeptSearch } from "./useKeptSearch";

const PAGE_RESULTS = 20;
const NOTHING: SearchPage = { results: [], next: null };
/** What is refused because there is nothing to look for yet is no error while somebody types. */
const UNFINISHED = "search_empty";

/** In which channel, if in one, and in which order. */
interface Where {
  channel: string | null;
  best: boolean;
}

const ask = (query: string, { channel, best }: Where, cursor?: string) =>
  search_messages({
    q: query,
    ...(channel ? { in: channel } : {}),
    ...(best ? { sort: "best" as const } : {}),
    limit: PAGE_RESULTS,
    utc_offset: -new Date().getTimezoneOffset(),
    ...(cursor ? { cursor } : {}),
  });

export default function SearchPanel({
  channel,
  query: given = "",
}: {
  channel: string | null;
  query?: string;
}) {
  const { search, change, backAt, keepTop } = useKeptSearch(given);
  const { query, here, best } = search;
  useEarlyKeys((text) => change({ query: query + text }));
  const { openedAt } = useOpening();
  const where = useMemo(() => ({ channel: here ? channel : null, best }), [here, channel, best]);
  const filters = [
    { operator: "from:me", label: t.search.mine },
    { operator: "mentions:me", label: t.search.mentions },
    { operator: "has:link", label: t.search.links },
    { operator: "has:file", label: t.search.files },
    { operator: "is:thread", label: t.search.threads },
  ];
  const words = query.split(/\s+/);
  return (
    <PanelFrame title={t.search.title}>
      <div className="search-head">
        <input
          key={openedAt}
          type="search"
          className="input"
          aria-label={t.search.label}
          placeholder={t.search.label}
          value={query}
          // Whoever comes back from a hit looks at the others, and wants no keyboard over them.
          autoFocus={backAt === null || openedAt > 0}
          maxLength={500}
          onChange={(event) => change({ query: event.target.value })}
        />
        <div className="search-filters" role="group" aria-label={t.search.filters}>
          {channel ? (
            <button
              type="button"
              className="search-filter"
              aria-pressed={here}
              onClick={() => change({ here: !here })}
            >
              {t.search.here}
            </button>
          ) : null}
          <button
            type="button"
            className="search-filter"
            aria-pressed={best}
            onClick={() => change({ best: !best })}
          >
            {threadTexts().best}
          </button>
          {filters.map(({ operator, label }) => (
            <button
              key={operator}
              type="button"
              className="search-filter"
              aria-pressed={words.includes(operator)}
              onClick={() => change({ query: toggled(query, operator) })}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
      <Results query={query.trim()} where={where} backAt={backAt} onScroll={keepTop} />
    </PanelFrame>
  );
}

/** Changes when the panel is asked for again while it is open, so that its box takes the focus. */
function useOpening(): { openedAt: number } {
  const [openedAt, setOpenedAt] = useState(0);
  useEffect(() => {
    const again = () => setOpenedAt((count) => count + 1);
    addEventListener("loggia:search", again);
    return () => removeEventListener("loggia:search", again);
  }, []);
  return { openedAt };
}

interface ResultsProps {
  query: string;
  where: Where;
  /** Where they are shown first, for whoever comes back to them. */
  backAt: number | null;
  onScroll: (top: number) => void;
}

function Results({ query, where, backAt, onScroll }: ResultsProps) {
  const client = useClient();
  const first = useCallback(
    async (text: string) => {
      if (text === "") return { query: "", page: NOTHING };
      const page = await ask(asTyped(text), where);
      client.people.need(page.results.map(({ message }) => message.sender));
      return { query: text, page };
    },
    [client, where],
  );
  const { found, failed, retry } = useSearch(query, first);
  const body = useRef<HTMLDivElement>(null);
  const answered = found !== null;
  useLayoutEffect(() => {
    if (answered && backAt !== null && body.current) body.current.scrollTop = backAt;
  }, [answered, backAt]);
  const [more, setMore] = useState<{ of: SearchPage; page: SearchPage } | null>(null);

  if (query === "") {
    return (
      <div className="panel-body scroll">
        <EmptyState title={t.search.hint}>{t.search.help}</EmptyState>
      </div>
    );
  }
  const refused = failed instanceof ApiError && failed.code === UNFINISHED ? null : failed;
  const page = found?.page ?? NOTHING;
  const rest = more?.of === page ? more.page : null;
  const results = [...page.results, ...(rest?.results ?? [])];
  const next = rest ? rest.next : page.next;
  const loadMore = async () => {
    if (!next || !found) return;
    try {
      const following = await ask(asTyped(found.query), where, next);
      client.people.need(following.results.map(({ message }) => message.sender));
      const before = rest?.results ?? [];
      setMore({ of: page, page: { ...following, results: [...before, ...following.results] } });
    } catch (error) {
      client.actions.failed(error);
    }
  };
  const settled = found?.query === query;
  return (
    <div
      ref={body}
      className="panel-body scroll"
      onScroll={({ currentTarget }) => onScroll(currentTarget.scrollTop)}
    >
      <p className="visually-hidden" role="status">
        {settled && !failed ? t.search.found(results.length, Boolean(next)) : ""}
      </p>
      <Others query={query} />
      {failed ? (
        <div className="failed">
          <p role={refused ? "alert" : undefined}>{refused ? problemText(refused) : t.search.more}</p>
          {isPassing(failed) ? <Button onPress={retry}>{t.common.retry}</Button> : null}
        </div>
      ) : null}
      {!found && !failed ? <ListSkeleton label={t.common.loading} /> : null}
      {settled && !failed && results.length === 0 ? <EmptyState title={t.search.empty} /> : null}
      {failed ? null : (
        <ul className="cards" data-testid="search-results" aria-label={t.search.results}>
          {results.map((result) => (
            <Hit key={result.message.id} result={result} />
          ))}
        </ul>
      )}
      {next && !failed ? (
        <Button wide variant="quiet" onPress={() => void loadMore()}>
          {t.directory.more}
        </Button>
      ) : null}
    </div>
  );
}

function Hit({ result: { message, highlights } }: { result: SearchResult }) {
  const client = useClient();
  const user = useSelect((state) => state.users[message.sender]);
  const channel = useSelect((state) => state.channels[message.channel]);
  const [now] = useState(() => Date.now());
  const found = plainFound(message.text, highlights);
  const name = displayName(user, message.sender);
  const when = moment(message.ts, now);
  const place = channel ? channelName(client.store.getState(), channel) : "";
  return (
    <MessageCard
      author={{ id: message.sender, name }}
      when={when}
      {...(place ? { where: channel?.info.kind === "channel" ? `#${place}` : place } : {})}
      words={wordsOf(message)}
      onOpen={() => visit(message.channel, message.id)}
    >
      <p className="search-snippet">
        {snippet(found.text, found.highlights).map((piece, index) =>
          piece.hit ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
        )}
      </p>
      {message.attachments.map((file) => (
        <p key={`${file.hash}/${file.name}`} className="search-file truncate">
          <Icon name="file" /> {withDescription(straight(file.name), file)}
        </p>
      ))}
    </MessageCard>
  );
}
