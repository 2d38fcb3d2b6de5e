import { useState } from "react";
import { type HeldChannel, list_all_channels } from "../../api/admin";
import { adminTexts } from "../../i18n/admin";
import { moment } from "../../lib/time";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu } from "../../ui/Menu";
import { useSelect } from "../app/context";
import { HandOver } from "./HandOver";
import { Listing } from "./Listing";
import { type Page, usePages } from "../dialogs/usePages";

const PAGE = 50;

async function load(query: string, cursor?: string): Promise<Page<HeldChannel>> {
  const { channels, next } = await list_all_channels({ query, limit: PAGE, ...(cursor ? { cursor } : {}) });
  return { rows: channels, next };
}

const idOf = ({ id }: HeldChannel) => id;
const nameOf = (channel: HeldChannel) => channel.name || channel.alias || channel.id;

/** What they are called and how large they are; what is said in them is their members' business. */
export function Channels() {
  const [query, setQuery] = useState("");
  const [now] = useState(() => Date.now());
  const own = useSelect((state) => state.server?.name);
  const [given, setGiven] = useState<HeldChannel | null>(null);
  const { rows, failed, more, replace } = usePages(query, load, idOf);
  return (
    <>
      <Listing
        search={{ label: adminTexts().searchChannels, value: query, onChange: setQuery }}
        rows={rows}
        failed={failed}
        more={more}
        empty={adminTexts().noChannels}
      >
        {(channel) => (
          <li key={channel.id} className="held" data-testid="admin-channel">
            <Icon name={channel.visibility === "private" ? "lock" : "hash"} />
            <span className="person-text">
              <span className="truncate">{nameOf(channel)}</span>
              <small>
                {adminTexts().channelFigures(channel.member_count, channel.entries)},{" "}
                {adminTexts().channelLast(moment(channel.last_ts, now))}
              </small>
            </span>
            {channel.archived ? <span className="tag">{adminTexts().archived}</span> : null}
            {channel.host === own ? (
              <Menu
                label={adminTexts().actionsFor(nameOf(channel))}
                trigger={<IconButton icon="more" label={adminTexts().actionsFor(nameOf(channel))} />}
                items={[
                  {
                    id: "give",
                    label: adminTexts().handOver,
                    icon: "star",
                    onAction: () => setGiven(channel),
                  },
                ]}
              />
            ) : (
              <span className="tag">{channel.host}</span>
            )}
          </li>
        )}
      </Listing>
      {given ? (
        <HandOver
          channel={given}
          name={nameOf(given)}
          onDone={() => replace({ ...given, archived: false })}
          onClose={() => setGiven(null)}
        />
      ) : null}
    </>
  );
}
