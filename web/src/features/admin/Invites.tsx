import { type FormEvent, useCallback, useEffect, useState } from "react";
import { create_invite, delete_invite, list_invites } from "../../api/operations";
import type { Invite } from "../../api/types";
import { t } from "../../i18n";
import { adminTexts } from "../../i18n/admin";
import { spokenTexts } from "../../i18n/spoken";
import { nearEntry, onceLost } from "../../lib/focus";
import { moment } from "../../lib/time";
import { ListSkeleton } from "../../ui/bits";
import { Button, IconButton } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useClient } from "../app/context";
import { copy, copyLink } from "../client/copy";
import { inviteLink } from "../auth/invites";
import { problemText } from "../client/problems";

const DAY_S = 86_400;
/** How long a code may be valid, in days; 0 has no end. */
const DAYS = [1, 7, 30, 0];
const USES_MAX = 10_000;

export function Invites() {
  const client = useClient();
  const [invites, setInvites] = useState<Invite[] | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const load = useCallback(async () => {
    try {
      const answer = await list_invites();
      setInvites([...answer.invites].sort((a, b) => b.created_ts - a.created_ts));
      setFailed(null);
    } catch (error) {
      setFailed(error);
    }
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => void load(), 0);
    return () => clearTimeout(timer);
  }, [load]);

  const revoke = async (code: string) => {
    const back = nearEntry(code);
    try {
      await delete_invite(code);
      await load();
      client.notices.show(spokenTexts().inviteRevoked(code));
      onceLost(back, { inDialog: true });
    } catch (error) {
      client.actions.failed(error);
    }
  };

  return (
    <div className="form">
      <NewInvite onMade={load} />
      {failed ? <p role="alert">{problemText(failed)}</p> : null}
      {invites || failed ? null : <ListSkeleton label={t.common.loading} rows={2} />}
      {invites?.length === 0 ? <p className="field-hint">{adminTexts().noInvites}</p> : null}
      <ul className="sessions">
        {invites?.map((invite) => (
          <InviteRow key={invite.code} invite={invite} onRevoke={revoke} />
        ))}
      </ul>
    </div>
  );
}

function InviteRow({ invite, onRevoke }: { invite: Invite; onRevoke: (code: string) => Promise<void> }) {
  const client = useClient();
  const [now] = useState(() => Date.now());
  const { code, expires_ts: end } = invite;
  return (
    <li className="invite-row" data-entry={code} data-testid="invite">
      <div>
        <code className="invite-code">{code}</code>
        <p className="field-hint">
          {adminTexts().usesLeft(invite.uses_left)}
          {end === null || end === undefined ? "" : `, ${adminTexts().until(moment(end, now))}`}
        </p>
      </div>
      <Button
        size="small"
        icon="link"
        aria-label={t.entering.inviteLink(code)}
        onPress={() => void copyLink(client, inviteLink(location.href, code))}
      >
        {t.entering.copyLink}
      </Button>
      <IconButton icon="copy" label={adminTexts().copy(code)} onPress={() => void copy(client, code)} />
      <Button size="small" aria-label={adminTexts().revokeLabel(code)} onPress={() => void onRevoke(code)}>
        {adminTexts().revoke}
      </Button>
    </li>
  );
}

function NewInvite({ onMade }: { onMade: () => Promise<void> }) {
  const client = useClient();
  const [uses, setUses] = useState("1");
  const [days, setDays] = useState(7);
  const [busy, setBusy] = useState(false);
  const count = Number(uses);
  const valid = Number.isInteger(count) && count >= 1 && count <= USES_MAX;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    setBusy(true);
    try {
      await create_invite({ uses: count, ...(days > 0 ? { expires_in_s: days * DAY_S } : {}) });
      await onMade();
      client.notices.show(spokenTexts().inviteMade);
    } catch (error) {
      client.actions.failed(error);
    }
    setBusy(false);
  };

  return (
    <form className="invite-form" onSubmit={(event) => void submit(event)}>
      <Field
        label={adminTexts().uses}
        hint={adminTexts().usesHint}
        inputType="number"
        value={uses}
        onChange={setUses}
        isInvalid={!valid}
      />
      <label className="field">
        <span className="field-label">{adminTexts().expires}</span>
        <select className="input" value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {DAYS.map((each) => (
            <option key={each} value={each}>
              {each === 0 ? adminTexts().forever : adminTexts().days(each)}
            </option>
          ))}
        </select>
      </label>
      <Button type="submit" variant="primary" icon="add" isDisabled={!valid} isPending={busy}>
        {adminTexts().createInvite}
      </Button>
    </form>
  );
}
