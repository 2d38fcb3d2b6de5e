// Puts somebody out of a channel, or keeps them out, with what they wrote there lately if need be.

import { useState } from "react";
import { inOneLine } from "../../api/reasons";
import { t } from "../../i18n";
import { spokenTexts } from "../../i18n/spoken";
import { ConfirmDialog } from "../../ui/Dialog";
import { Select } from "../../ui/Select";
import { displayName } from "../../store/selectors";
import { useChannel, useClient, useSelect } from "../app/context";
import { changeMember } from "../client/membership";
import { canModerate, type Outing } from "../client/rights";
import { ReasonField } from "./ReasonDialog";

const SPANS = ["nothing", "hour", "day", "week"] as const;
const HOUR_S = 3_600;
const SPAN_S = { hour: HOUR_S, day: 24 * HOUR_S, week: 7 * 24 * HOUR_S };

interface PutOutProps {
  channel: string;
  /** By id: they may have left, or never been there. */
  user: string;
  how: Outing;
  onDone?: () => void;
  onClose: () => void;
}

export function PutOut({ channel, user, how, onDone, onClose }: PutOutProps) {
  const client = useClient();
  const name = useSelect(({ users }) => (users[user] ? displayName(users[user], user) : user));
  const info = useChannel(channel)?.info;
  const [reason, setReason] = useState("");
  const [span, setSpan] = useState<(typeof SPANS)[number]>("nothing");
  const { removed, banned, lately } = spokenTexts();
  const text = {
    remove: { title: t.members.removeTitle(name), text: t.members.removeText, action: t.members.remove },
    ban: { title: t.members.banTitle(name), text: t.members.banText, action: t.members.ban },
  }[how];

  const confirm = async () => {
    const change = {
      membership: how === "ban" ? ("banned" as const) : ("left" as const),
      ...inOneLine(reason),
    };
    const said = how === "ban" ? banned(name) : removed(name);
    if (!(await changeMember(client, channel, user, change, said))) return;
    onDone?.();
    if (span === "nothing") return;
    const gone = await client.actions.deleteLately(channel, user, SPAN_S[span]);
    if (gone) client.notices.show(lately.deleted(gone.deleted));
    if (gone?.reactions) client.notices.show(lately.reactions(gone.reactions));
    if (gone?.waiting) client.notices.show(lately.waiting(gone.waiting));
  };

  const options = SPANS.map((value) => ({ value, title: lately[value] }));
  return (
    <ConfirmDialog
      {...text}
      extra={
        <>
          <ReasonField hint={t.members.reasonHint} value={reason} onChange={setReason} />
          {info && canModerate(info) ? (
            <Select label={lately.label} value={span} options={options} onChange={setSpan} />
          ) : null}
        </>
      }
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  );
}
