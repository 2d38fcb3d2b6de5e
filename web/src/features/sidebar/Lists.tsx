// The conversations, by section.

import { type ReactNode, useCallback, useDeferredValue, useId, useMemo, useState } from "react";
import { t } from "../../i18n";
import { isCoarse } from "../../lib/keys";
import { Badge } from "../../ui/bits";
import { IconButton } from "../../ui/Button";
import { Icon, type IconName } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { channelName, displayName, foreignIds, isPrivate, otherPeople } from "../../store/selectors";
import type { ChannelState, State } from "../../store/state";
import { useClient, useSelect } from "../app/context";
import { useView } from "../app/view";
import { mayFoundChannels } from "../client/rights";
import { pictureUrl } from "../files/pictures";
import { groups, useArrangement } from "./arrangement";
import { NavRow } from "./NavRow";
import { useDrafts } from "./useDrafts";
import { waitingOf } from "./Waiting";
import { CHANNELS, DMS, FAVOURITES, type Group, removeSection, toggleCollapsed } from "./sections";

const FINGER = isCoarse();

export function Lists({ active }: { active: string | null }) {
  const client = useClient();
  // Counts may come a moment later than the key that is pressed meanwhile.
  const channels = useDeferredValue(useSelect((state) => state.channels));
  const users = useSelect((state) => state.users);
  const online = useSelect((state) => state.online);
  const blocked = useSelect((state) => state.blocked);
  const [arrangement] = useArrangement();
  const [pointed, setPointed] = useState<{ id: string | null; locked: boolean }>({ id: null, locked: false });
  const point = useCallback(
    (id: string) => setPointed((was) => (was.locked || was.id === id ? was : { ...was, id })),
    [],
  );
  const leave = useCallback(
    (id: string) => setPointed((was) => (was.locked || was.id !== id ? was : { ...was, id: null })),
    [],
  );
  const lock = useCallback((locked: boolean) => setPointed((was) => ({ ...was, locked })), []);
  // Typing and pages change channels too; the lists are cheap to derive, rows compare what they show.
  const state = useMemo<State>(
    () => ({ ...client.store.getState(), channels, users, online, blocked }),
    [client, channels, users, online, blocked],
  );
  const list = useMemo(() => groups(state, arrangement, active), [state, arrangement, active]);
  const drafts = useDrafts(active);
  const elsewhere = list.some(({ id, rows }) => id !== CHANNELS && id !== DMS && rows.length > 0);
  return list.map((group) => (
    <Section
      key={group.id}
      group={group}
      collapsed={arrangement.collapsed.includes(group.id)}
      elsewhere={elsewhere}
      active={active}
    >
      {(row) => (
        <NavRow
          key={row.info.id}
          {...viewOf(state, row)}
          active={row.info.id === active}
          draft={drafts.has(row.info.id)}
          // Nothing points where there are only fingers: there it is the conversation that is open.
          pointed={pointed.id === row.info.id || (FINGER && row.info.id === active)}
          onPoint={point}
          onLeave={leave}
          onLock={lock}
        />
      )}
    </Section>
  ));
}

function viewOf(state: State, channel: ChannelState) {
  const { info } = channel;
  const dm = info.kind === "dm";
  const others = dm ? otherPeople(state, channel) : [];
  const face = dm ? (others[0] ?? state.me) : null;
  const alone = others.length <= 1 && face;
  return {
    id: info.id,
    name: channelName(state, channel),
    address: foreignIds(state.me, info),
    picture: pictureUrl(info),
    isPrivate: isPrivate(info),
    invited: info.membership === "invited",
    ...waitingOf(info),
    faceId: face?.id ?? null,
    faceName: face ? displayName(face, face.id) : "",
    status: (others.length === 1 && face?.status) || null,
    online: alone ? Boolean(state.online[alone.id]) || alone.id === state.me?.id : null,
  };
}

interface SectionProps {
  group: Group<ChannelState>;
  collapsed: boolean;
  active: string | null;
  /** There are channels, in other sections. */
  elsewhere: boolean;
  children: (row: ChannelState) => ReactNode;
}

/** A closed section still shows what is unread in it, and where one is. */
function Section({ group, collapsed, active, elsewhere, children }: SectionProps) {
  const [, change] = useArrangement();
  const { id, rows } = group;
  const title = useId();
  const shown = collapsed
    ? rows.filter(({ info }) => info.id === active || (info.unread > 0 && info.notify !== "none"))
    : rows;
  const hidden = rows.length - shown.length;
  return (
    <section aria-labelledby={title}>
      <div className="sidebar-title">
        <h2 id={title}>
          <button
            type="button"
            className="section-toggle"
            aria-expanded={!collapsed}
            onClick={() => change((known) => toggleCollapsed(known, id))}
          >
            <Icon name="caret" />
            <span className="truncate">{titleOf(group)}</span>
          </button>
        </h2>
        {collapsed ? <Badge count={hidden} label={t.sections.hidden(hidden)} /> : null}
        <SectionTools group={group} />
      </div>
      {rows.length === 0 && !(id === CHANNELS && elsewhere) ? (
        <p className="sidebar-empty">{emptyOf(id)}</p>
      ) : null}
      <ul>{shown.map(children)}</ul>
    </section>
  );
}

function titleOf({ id, name }: Group<ChannelState>): string {
  if (name !== null) return name;
  return id === FAVOURITES ? t.sections.favourites : id === DMS ? t.nav.dms : t.nav.channels;
}

const emptyOf = (id: string): string =>
  id === DMS ? t.nav.noDms : id === CHANNELS ? t.nav.noChannels : t.sections.empty;

interface OpensProps {
  icon: IconName;
  label: string;
  dialog: "people" | "dm" | "directory" | "create";
}

/** A button that opens a dialog. */
function Opens({ icon, label, dialog }: OpensProps) {
  const view = useView();
  return (
    <IconButton icon={icon} size="small" label={label} onPress={() => view.openDialog({ kind: dialog })} />
  );
}

function SectionTools({ group: { id, name } }: { group: Group<ChannelState> }) {
  const view = useView();
  const [, change] = useArrangement();
  const mayFound = useSelect(mayFoundChannels);
  if (id === FAVOURITES) return null;
  if (id === DMS) {
    return (
      <>
        <Opens icon="people" label={t.peopleDirectory.title} dialog="people" />
        <Opens icon="add" label={t.nav.startDm} dialog="dm" />
      </>
    );
  }
  if (id === CHANNELS) {
    return (
      <>
        <Opens icon="compass" label={t.nav.browse} dialog="directory" />
        {mayFound ? <Opens icon="add" label={t.nav.create} dialog="create" /> : null}
      </>
    );
  }
  return (
    <Menu
      label={t.sections.options(name ?? "")}
      trigger={<IconButton icon="more" size="small" label={t.sections.options(name ?? "")} />}
      items={[
        {
          id: "rename",
          label: t.sections.rename,
          icon: "edit",
          onAction: () => view.openDialog({ kind: "section", section: id, channel: null }),
        },
        {
          id: "remove",
          label: t.sections.remove,
          icon: "trash",
          onAction: () => change((known) => removeSection(known, id)),
        },
      ]}
    />
  );
}
