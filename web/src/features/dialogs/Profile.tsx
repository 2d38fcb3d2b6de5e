import { Suspense, useEffect, useState } from "react";
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
import { go } from "../app/route";
import { useView } from "../app/view";
import { useOutings } from "../client/useOutings";
import { StatusLine } from "../status/StatusLine";
import { BlockPerson } from "./BlockPerson";
import { useOpen } from "./useOpen";

// For administrators.
const KeepOff = later(() => import("../admin/KeepOff"));

function BlockButton({ user }: { user: string }) {
  const client = useClient();
  const texts = t.blocks;
  const blocked = useSelect((state) => Boolean(state.blocked[user]));
  const [asked, setAsked] = useState(false);
  return (
    <>
      {blocked ? <p className="field-hint">{texts.blocked}</p> : null}
      <Button
        variant="quiet"
        onPress={() => (blocked ? void client.actions.block(user, false) : setAsked(true))}
      >
        {blocked ? texts.unblock : texts.block}
      </Button>
      {asked ? <BlockPerson user={user} onClose={() => setAsked(false)} /> : null}
    </>
  );
}

/** What a moderator of the channel can do about whoever wrote there, also when they have left. */
function OutButtons({ channel, user }: { channel: string; user: string }) {
  const view = useView();
  return useOutings(channel, user).map((how) => (
    <Button key={how} variant="quiet" onPress={() => view.openDialog({ kind: "out", channel, user, how })}>
      {t.members[how]}
    </Button>
  ));
}

interface ProfileProps {
  user: string;
  channel?: string;
  onClose: () => void;
}

export function Profile({ user: id, channel, onClose }: ProfileProps) {
  const client = useClient();
  const isOpen = useOpen();
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
  const message = async () => {
    const dm = await client.actions.startDm([id]);
    if (!dm || !isOpen()) return;
    onClose();
    go(dm.id);
  };
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
          {deaf ? null : (
            <Button variant="primary" icon="message" onPress={() => void message()}>
              {t.people.message}
            </Button>
          )}
          <BlockButton user={id} />
          {channel ? <OutButtons channel={channel} user={id} /> : null}
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
