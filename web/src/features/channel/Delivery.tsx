import type { Channel } from "../../api/types";
import { t } from "../../i18n";
import { delivery } from "../client/sync";

/** Where a channel lives, and which servers have what was said in it. */
export function Delivery({ info }: { info: Channel }) {
  const told = delivery(info);
  if (info.host === "") return null;
  return (
    <dl className="facts" data-testid="channel-servers">
      <div>
        <dt>{t.federation.hostedBy}</dt>
        <dd>{info.host}</dd>
      </div>
      {told ? (
        <div>
          <dt>{t.federation.state}</dt>
          <dd>
            {t.federation.have(told.have, told.total)}
            {told.late.map(({ server, behind }) => (
              <span key={server} className="facts-line">
                {t.federation.serverBehind(server, behind)}
              </span>
            ))}
          </dd>
        </div>
      ) : null}
    </dl>
  );
}
