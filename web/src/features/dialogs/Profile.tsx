import { Fragment, Suspense, useEffect, useState } from "react";
import { get_user } from "../../api/operations";
import { t } from "../../i18n";
import { shortDate } from "../../lib/time";
import { Avatar } from "../../ui/Avatar";
import { BotTag } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { later } from "../../ui/later";
import { displayName } from "../../store/selectors";
import { useClient, useMe, useSelect } from "../app/context";
import { useView } from "../app/view";
import { usePersonActions } from "../people/usePersonActions";
import { StatusLine } from "../status/StatusLine";
import { BlockPerson } from "./BlockPerson";
import { useOpen } from "./useOpen";

// For administrators.
const KeepOff = later(() => import("../admin/KeepOff"));

/** What can be done about them; `channel`: where they were met. */
function Actions({ id, channel, onClose }: { id: string; channel: string | null; onClose: () => void }) {
  const isOpen = useOpen();
  const blocked = useSelect((state) => Boolean(state.blocked[id]));
  const [asked, setAsked] = useState(false);
  const onLed = () => {
    if (!isOpen()) return false;
    onClose();
    return true;
  };
  const actions = usePersonActions(id, { channel, onBlock: () => setAsked(true), onLed });
  return (
    <>
      {actions.map((action) => (
        <Fragment key={action.id}>
          {action.id === "block" && blocked ? <p className="field-hint">{t.blocks.blocked}</p> : null}
          {action.id === "message" ? (
            <Button variant="primary" icon="message" onPress={action.onAction}>
              {action.label}
            </Button>
          ) : (
            <Button variant="quiet" onPress={action.onAction}>
              {action.label}
            </Button>
          )}
        </Fragment>
      ))}
      {asked ? <BlockPerson user={id} onClose={() => setAsked(false)} /> : null}
    </>
  );
}

interface ProfileProps {
  user: string;
  channel?: string;
  onClose: () => void;
}

export function Profile({ user: id, channel, onClose }: ProfileProps) {
  const client = useClient();
  const view = useView();
  const me = useMe();
  const user = useSelect((state) => state.users[id]);
  const online = useSelect((state) => Boolean(state.online[id])) || id === me?.id;
  useEffect(() => {
    get_user(id)
      .then((found) => client.store.dispatch({ type: "users_loaded", users: [found] }))
      .catch(() => undefined);
  }, [client, id]);

  const name = displayName(user, id);
  const presence = online ? t.nav.online : t.nav.offline;
  const since = user ? ` · ${t.people.joined(shortDate(user.created_ts))}` : "";
  // Nobody reads what is sent to it.
  const deaf = user?.webhook === true;
  return (
    <Dialog title={name} onClose={onClose} width={380} testId="profile">
      <div className="profile">
        <Avatar id={id} name={name} size={88} online={deaf ? undefined : online} />
        <p className="profile-id">{id}</p>
        {user?.bot ? <BotTag /> : null}
        {user && me && user.server !== me.server ? (
          <span className="tag">{t.federation.otherServer}</span>
        ) : null}
        {user?.status ? <StatusLine status={user.status} withEnd /> : null}
        {user?.bio ? <p className="profile-bio">{user.bio}</p> : null}
        <p className="field-hint">
          {user?.deactivated ? t.people.deleted : deaf ? t.people.botHint : presence + since}
        </p>
      </div>
      {id === me?.id ? (
        <>
          <Button icon="smile" onPress={() => view.openDialog({ kind: "status" })}>
            {t.nav.setStatus}
          </Button>
          <Button icon="edit" onPress={() => view.openDialog({ kind: "settings" })}>
            {t.nav.settings}
          </Button>
        </>
      ) : user?.deactivated ? null : (
        <>
          <Actions id={id} channel={channel ?? null} onClose={onClose} />
          {user && me?.role === "admin" && user.server !== me.server ? (
            <Suspense fallback={null}>
              <KeepOff user={id} name={name} />
            </Suspense>
          ) : null}
        </>
      )}
    </Dialog>
  );
}
