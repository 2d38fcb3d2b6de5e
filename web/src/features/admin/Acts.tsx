import { useState } from "react";
import { type Act, list_acts } from "../../api/admin";
import { type AdminTexts, adminTexts } from "../../i18n/admin";
import { moment } from "../../lib/time";
import { channelName } from "../../store/selectors";
import { Icon } from "../../ui/Icon";
import { useSelect } from "../app/context";
import { type Page, usePages } from "../dialogs/usePages";
import { Listing } from "./Listing";

const PAGE = 50;

async function load(_query: string, cursor?: string): Promise<Page<Act>> {
  const { acts, next } = await list_acts({ limit: PAGE, ...(cursor ? { cursor } : {}) });
  return { rows: acts, next };
}

const idOf = ({ id }: Act) => String(id);

/** What administrators did to others, the newest first. */
export function Acts() {
  const { rows, failed, more } = usePages("", load, idOf);
  return (
    <Listing rows={rows} failed={failed} more={more} empty={adminTexts().noActs}>
      {(act) => <ActRow key={act.id} act={act} />}
    </Listing>
  );
}

function ActRow({ act }: { act: Act }) {
  const [now] = useState(() => Date.now());
  // Of a channel that the administrator is not in, there is its id.
  const channel = useSelect((state) => {
    const known = act.channel ? state.channels[act.channel] : undefined;
    return known ? channelName(state, known) : (act.channel ?? "");
  });
  const said = told(act, channel);
  return (
    <li className="held" data-testid="admin-act">
      <Icon
        name={
          ["message_deleted", "message_withheld", "account_deleted"].includes(act.kind) ? "trash" : "star"
        }
      />
      <span className="person-text">
        <span>{said}</span>
        {act.reason ? <small>{act.reason}</small> : null}
        <small>{moment(act.ts, now)}</small>
      </span>
    </li>
  );
}

/** In words; a page that is older than its server may know none for it. */
function told(act: Act, channel: string): string {
  const words: Partial<AdminTexts["actOf"]> = adminTexts().actOf;
  const [by, whom] = [act.administrator ?? adminTexts().operator, act.user ?? ""];
  return words[act.kind]?.(by, whom, channel) ?? `${by}: ${act.kind} ${whom} ${channel}`;
}
