import { useCallback, useState } from "react";
import type { DirectoryEntry } from "../../api/types";
import { t } from "../../i18n";
import { directoryTexts } from "../../i18n/directory";
import { straight } from "../../lib/bidi";
import { EmptyState, FoundStatus, ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { useClient, useMe, useSelect } from "../app/context";
import { go } from "../app/route";
import { useView } from "../app/view";
import { pictureUrl } from "../files/pictures";
import { problemText } from "../client/problems";
import { mayFoundChannels } from "../client/rights";
import { fullAlias, serverName } from "./addresses";
import { useDirectory } from "./useDirectory";
import { useOpen } from "./useOpen";

export function Directory({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const isOpen = useOpen();
  const view = useView();
  const me = useMe();
  // A server that does not say is older than the question.
  const mayFound = useSelect(mayFoundChannels);
  const federates = useSelect((state) => state.server?.federation !== false);
  const [query, setQuery] = useState("");
  // What is typed; what is asked, once it is a whole name.
  const [typed, setTyped] = useState("");
  const server = serverName(typed);
  const { loaded, failed, channels, showMore } = useDirectory(query, server);
  const alias = fullAlias(query);

  const [asked, setAsked] = useState<Readonly<Record<string, boolean>>>({});
  const open = useCallback(
    async (entry: DirectoryEntry, means: Means) => {
      if (means === "ask" || means === "withdraw") {
        if (!(await client.actions.knock(entry.id, means === "ask"))) return;
        if (means === "ask") client.notices.show(t.channelSettings.askedNotice);
        return setAsked((known) => ({ ...known, [entry.id]: means === "ask" }));
      }
      // A channel of another server is not known here yet: its address leads there.
      const elsewhere = server !== null && entry.alias !== null;
      if (entry.membership !== "joined") {
        const joined = elsewhere
          ? await client.actions.joinAlias(entry.alias ?? "")
          : await client.actions.join(entry.id);
        if (!joined) return;
      }
      if (!isOpen()) return;
      onClose();
      go(entry.id);
    },
    [client, onClose, server, isOpen],
  );

  const joinAlias = async (address: string) => {
    const channel = await client.actions.joinAlias(address);
    if (!channel || !isOpen()) return;
    onClose();
    go(channel.id);
  };

  return (
    <Dialog title={t.directory.title} onClose={onClose} width={620} testId="directory">
      <div className="directory-tools">
        <input
          className="input"
          type="search"
          aria-label={t.directory.search}
          placeholder={t.directory.search}
          autoFocus
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
        {mayFound ? (
          <Button icon="add" onPress={() => view.openDialog({ kind: "create" })}>
            {t.directory.create}
          </Button>
        ) : null}
      </div>
      {federates ? (
        <Field
          label={t.directory.server}
          hint={directoryTexts().serverHint}
          placeholder={me?.server ?? ""}
          value={typed}
          onChange={setTyped}
          spellCheck="false"
        />
      ) : null}
      {alias ? (
        <Button wide icon="hash" onPress={() => void joinAlias(alias)}>
          {directoryTexts().joinAddress(alias)}
        </Button>
      ) : null}
      <FoundStatus count={loaded && !failed ? channels.length : null} more={showMore !== null} />
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {!loaded && !failed ? <ListSkeleton label={t.common.loading} /> : null}
      {loaded && channels.length === 0 ? (
        <EmptyState
          title={query ? directoryTexts().empty : server ? directoryTexts().noneThere : directoryTexts().none}
          art={!query}
        />
      ) : null}
      <ul className="directory">
        {channels.map((entry) => (
          <DirectoryRow key={entry.id} entry={entry} means={meansOf(entry, asked[entry.id])} onOpen={open} />
        ))}
      </ul>
      {showMore ? (
        <Button variant="quiet" wide onPress={() => void showMore()}>
          {t.directory.more}
        </Button>
      ) : null}
    </Dialog>
  );
}

/** What a press does: where one is asked for, one knocks. */
type Means = "open" | "join" | "ask" | "withdraw";

function meansOf(entry: DirectoryEntry, asked: boolean | undefined): Means {
  if (entry.membership === "joined") return "open";
  if (entry.policy.join !== "knock" || entry.membership === "invited") return "join";
  return (asked ?? entry.membership === "knocking") ? "withdraw" : "ask";
}

interface RowProps {
  entry: DirectoryEntry;
  means: Means;
  onOpen: (entry: DirectoryEntry, means: Means) => Promise<void>;
}

function DirectoryRow({ entry, means, onOpen }: RowProps) {
  const [busy, setBusy] = useState(false);
  const name = straight(entry.name);
  const words: Record<Means, [title: string, label: string]> = {
    open: [t.directory.open, `${t.directory.open} ${name}`],
    join: [t.directory.join, `${t.directory.join} ${name}`],
    ask: [t.channelSettings.ask, t.channelSettings.askLabel(name)],
    withdraw: [t.channelSettings.asked, t.channelSettings.withdrawLabel(name)],
  };
  const [title, label] = words[means];
  return (
    <li className="directory-row" data-testid="directory-row">
      <ChannelPicture picture={pictureUrl(entry)} icon="hash" size={28} />
      <div className="directory-text">
        <div className="directory-name truncate">{name}</div>
        <div className="directory-topic truncate">
          {t.channel.members(entry.member_count)}
          {entry.topic ? ` · ${entry.topic}` : ""}
        </div>
      </div>
      <Button
        size="small"
        variant={means === "join" || means === "ask" ? "primary" : "plain"}
        {...(means === "withdraw" ? { icon: "check" as const } : {})}
        isDisabled={busy}
        aria-label={label}
        onPress={() => {
          setBusy(true);
          void onOpen(entry, means).finally(() => setBusy(false));
        }}
      >
        {title}
      </Button>
    </li>
  );
}
