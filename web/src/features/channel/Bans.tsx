import { type FormEvent, useCallback, useState } from "react";
import { list_members } from "../../api/operations";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { accessTexts } from "../../i18n/access";
import { spokenTexts } from "../../i18n/spoken";
import { nearEntry, onceLost } from "../../lib/focus";
import { shortDate } from "../../lib/time";
import { Avatar } from "../../ui/Avatar";
import { EmptyState, ListSkeleton } from "../../ui/bits";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { displayName } from "../../store/selectors";
import { useClient, useMe } from "../app/context";
import { problemText } from "../client/problems";
import { fullUserId } from "../dialogs/addresses";
import { PutOut } from "../dialogs/PutOut";
import { useSearch } from "../dialogs/useSearch";

const PAGE = 100;

export function Bans({ channel }: { channel: string }) {
  const client = useClient();
  const texts = accessTexts();
  const [lifted, setLifted] = useState<readonly string[]>([]);
  const load = useCallback(() => list_members(channel, { membership: "banned", limit: PAGE }), [channel]);
  // Asked for anew after each ban.
  const [bans, setBans] = useState(0);
  const { found, failed } = useSearch(bans === 0 ? "" : String(bans), load);
  const done = (user: string) => {
    setLifted((known) => known.filter((id) => id !== user));
    setBans((count) => count + 1);
  };
  const banned = found?.members.filter(({ user }) => !lifted.includes(user.id));
  const lift = async (user: User) => {
    const back = nearEntry(user.id);
    if (!(await client.actions.setMember(channel, user.id, { membership: "left" }))) return;
    setLifted((known) => [...known, user.id]);
    client.notices.show(spokenTexts().unbanned(displayName(user, user.id)));
    onceLost(back, { inDialog: true });
  };
  return (
    <div className="form">
      <BanForm channel={channel} onDone={done} />
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {banned || failed ? null : <ListSkeleton label={t.common.loading} rows={2} />}
      {banned?.length === 0 ? <EmptyState title={texts.noBans} art={false} /> : null}
      <ul className="people">
        {banned?.map(({ user, change }) => (
          <li key={user.id} className="held" data-entry={user.id}>
            <Avatar id={user.id} name={displayName(user, user.id)} size={32} />
            <span className="person-text">
              <span className="truncate">{displayName(user, user.id)}</span>
              <small className="truncate">{user.id}</small>
              {change ? <small>{texts.bannedHow(change.by, shortDate(change.ts))}</small> : null}
              {change?.reason ? <small className="ban-reason">{change.reason}</small> : null}
            </span>
            <Button
              size="small"
              aria-label={texts.unbanLabel(displayName(user, user.id))}
              onPress={() => void lift(user)}
            >
              {texts.unban}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Also of somebody who was never here, or is here no more. */
function BanForm({ channel, onDone }: { channel: string; onDone: (user: string) => void }) {
  const ours = useMe()?.server ?? "";
  const texts = accessTexts();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const [user, setUser] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const id = fullUserId(typed) ?? fullUserId(`${typed.trim()}:${ours}`);
    setWrong(id === null);
    setUser(id);
  };
  return (
    <>
      <form className="ban-form" onSubmit={submit}>
        <Field
          label={texts.banAddress}
          placeholder={`@name:${ours}`}
          spellCheck="false"
          value={typed}
          onChange={(value) => {
            setTyped(value);
            setWrong(false);
          }}
          error={wrong ? texts.banBad : undefined}
        />
        <Button type="submit" isDisabled={typed.trim() === ""}>
          {texts.ban}
        </Button>
      </form>
      {user ? (
        <PutOut
          channel={channel}
          user={user}
          how="ban"
          onDone={() => {
            setTyped("");
            onDone(user);
          }}
          onClose={() => setUser(null)}
        />
      ) : null}
    </>
  );
}
