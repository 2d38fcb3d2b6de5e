import { type FormEvent, useState } from "react";
import type { Channel, Policy } from "../../api/types";
import { t } from "../../i18n";
import { accessTexts } from "../../i18n/access";
import { Button } from "../../ui/Button";
import { Choices } from "../../ui/Field";
import { useClient } from "../app/context";
import { Keeping, type KeepingChoice, SureToDelete } from "./Keeping";
import { Slowing } from "./Slowing";
import { daysOf, isShorter, keepingOf } from "./retention";

const choiceOf = (days: number | null): KeepingChoice => ({
  keeping: keepingOf(days),
  typed: days === null ? "" : String(days),
});

/** Who may join, what they see, for how long it is kept, and whether anything is still said. */
export function Access({ info }: { info: Channel }) {
  const client = useClient();
  const texts = accessTexts();
  const { policy } = info;
  const [join, setJoin] = useState<Policy["join"]>(policy.join);
  const [history, setHistory] = useState<Policy["history"]>(policy.history);
  const kept = policy.retention_days ?? null;
  const [keeping, setKeeping] = useState(() => choiceOf(kept));
  const slowNow = policy.slow_seconds ?? 0;
  const [slow, setSlow] = useState(slowNow);
  const [wrong, setWrong] = useState(false);
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const days = daysOf(keeping.keeping, keeping.typed);
  const changed = join !== policy.join || history !== policy.history || days !== kept || slow !== slowNow;

  const save = async () => {
    setBusy(true);
    const change = days === undefined || days === kept ? {} : { retention_days: days };
    const slowing = slow === slowNow ? {} : { slow_seconds: slow === 0 ? null : slow };
    if (await client.actions.changeChannel(info.id, { policy: { join, history, ...change, ...slowing } })) {
      client.notices.show(t.common.saved);
    }
    setBusy(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (days === undefined) setWrong(true);
    else if (isShorter(kept, days)) setAsked(true);
    else void save();
  };
  const archive = () => void client.actions.changeChannel(info.id, { archived: !info.archived });

  return (
    <>
      <form className="form" noValidate onSubmit={submit}>
        <Choices
          label={texts.join}
          value={join}
          onChange={setJoin}
          choices={[
            { value: "open", title: texts.joinOpen },
            { value: "knock", title: texts.joinKnock },
            { value: "invite", title: texts.joinInvite },
          ]}
        />
        <Choices
          label={texts.history}
          value={history}
          onChange={setHistory}
          choices={[
            { value: "all", title: texts.historyAll },
            { value: "since_join", title: texts.historySinceJoin },
          ]}
        />
        <Keeping
          now={kept}
          choice={keeping}
          days={days}
          wrong={wrong}
          isDisabled={info.archived}
          onChange={(choice) => {
            setKeeping(choice);
            setWrong(false);
          }}
        />
        <Slowing now={slowNow} seconds={slow} isDisabled={info.archived} onChange={setSlow} />
        <p className="field-hint">{texts.archiveHint}</p>
        <div className="dialog-foot">
          <span className="foot-start">
            <Button variant="quiet" onPress={archive}>
              {info.archived ? texts.unarchive : texts.archive}
            </Button>
          </span>
          <Button type="submit" variant="primary" isDisabled={busy || !changed || info.archived}>
            {t.common.save}
          </Button>
        </div>
      </form>
      {asked && typeof days === "number" ? (
        <SureToDelete days={days} onConfirm={() => void save()} onClose={() => setAsked(false)} />
      ) : null}
    </>
  );
}
