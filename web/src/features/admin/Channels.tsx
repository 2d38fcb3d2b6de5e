import { useState } from "react";
import { type HeldChannel, list_all_channels } from "../../api/admin";
import { t } from "../../i18n";
import { moment } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { useSelect } from "../app/context";
import { Listing } from "./Listing";
import { type Page, usePages } from "../dialogs/usePages";

const PAGE = 50;

async function load(query: string, cursor?: string): Promise<Page<HeldChannel>> {
  const { channels, next } = await list_all_channels({ query, limit: PAGE, ...(cursor ? { cursor } : {}) });
  return { rows: channels, next };
}

const idOf = ({ id }: HeldChannel) => id;

/** What they are called and how large they are; what is said in them is their members' business. */
export function Channels() {
  const [query, setQuery] = useState("");
  const [now] = useState(() => Date.now());
  const own = useSelect((state) => state.server?.name);
  const { rows, failed, more } = usePages(query, load, idOf);
  return (
    <Listing
      search={{ label: t.admin.searchChannels, value: query, onChange: setQuery }}
      rows={rows}
      failed={failed}
      more={more}
      empty={t.admin.noChannels}
    >
      {(channel) => (
        <li key={channel.id} className="held" data-testid="admin-channel">
          <Icon name={channel.visibility === "private" ? "lock" : "hash"} />
          <span className="person-text">
            <span className="truncate">{channel.name || channel.alias || channel.id}</span>
            <small>
              {t.admin.channelFigures(channel.member_count, channel.entries)},{" "}
              {t.admin.channelLast(moment(channel.last_ts, now))}
            </small>
          </span>
          {channel.archived ? <span className="tag">{t.admin.archived}</span> : null}
          {channel.host === own ? null : <span className="tag">{channel.host}</span>}
        </li>
      )}
    </Listing>
  );
}
