import { useState } from "react";
import { list_peers, type Peer } from "../../api/admin";
import { adminTexts } from "../../i18n/admin";
import { moment } from "../../lib/time";
import { Icon } from "../../ui/Icon";
import { Listing } from "./Listing";
import { type Page, usePages } from "../dialogs/usePages";

const PAGE = 50;

async function load(_query: string, cursor?: string): Promise<Page<Peer>> {
  const { peers, next } = await list_peers({ limit: PAGE, ...(cursor ? { cursor } : {}) });
  return { rows: peers, next };
}

const idOf = ({ server }: Peer) => server;

export function Peers() {
  const { rows, failed, more } = usePages("", load, idOf);
  return (
    <Listing rows={rows} failed={failed} more={more} empty={adminTexts().noPeers}>
      {(peer) => <PeerRow key={peer.server} peer={peer} />}
    </Listing>
  );
}

function PeerRow({ peer }: { peer: Peer }) {
  const [now] = useState(() => Date.now());
  const { last_seen_ts: seen, last_error: error, alarms } = peer;
  return (
    <li className="held" data-testid="admin-peer">
      <Icon name="link" />
      <span className="person-text">
        <span className="truncate">{peer.server}</span>
        <small>
          {adminTexts().peerFigures(peer.channels)},{" "}
          {seen ? adminTexts().peerSeen(moment(seen, now)) : adminTexts().peerUnseen}
        </small>
        {error ? <small>{error}</small> : null}
        {alarms.length > 0 ? (
          <details>
            <summary>{adminTexts().alarms(alarms.length)}</summary>
            <ul>
              {alarms.map((alarm) => (
                <li key={`${String(alarm.ts)}-${alarm.kind}-${alarm.detail}`}>
                  <small>
                    {moment(alarm.ts, now)}: {alarm.kind}, {alarm.detail}
                  </small>
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </span>
      {peer.suspended ? <span className="tag">{adminTexts().suspended}</span> : null}
      {peer.admitted ? null : <span className="tag">{adminTexts().denied}</span>}
      <span className="tag">
        {peer.behind > 0 ? adminTexts().behind(peer.behind) : adminTexts().upToDate}
      </span>
    </li>
  );
}
