import { type FormEvent, useState } from "react";
import type { Channel, Policy } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Choices } from "../../ui/Field";
import { useClient } from "../app/context";

/** Who may join, what they see, and whether anything is still said. */
export function Access({ info }: { info: Channel }) {
  const client = useClient();
  const [join, setJoin] = useState<Policy["join"]>(info.policy.join);
  const [history, setHistory] = useState<Policy["history"]>(info.policy.history);
  const [busy, setBusy] = useState(false);
  const changed = join !== info.policy.join || history !== info.policy.history;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await client.actions.changeChannel(info.id, { policy: { join, history } })) {
      client.notices.show(t.common.saved);
    }
    setBusy(false);
  };
  const archive = () => void client.actions.changeChannel(info.id, { archived: !info.archived });

  return (
    <form className="form" onSubmit={(event) => void save(event)}>
      <Choices
        label={t.channelSettings.join}
        value={join}
        onChange={setJoin}
        choices={[
          { value: "open", title: t.channelSettings.joinOpen },
          { value: "knock", title: t.channelSettings.joinKnock },
          { value: "invite", title: t.channelSettings.joinInvite },
        ]}
      />
      <Choices
        label={t.channelSettings.history}
        value={history}
        onChange={setHistory}
        choices={[
          { value: "all", title: t.channelSettings.historyAll },
          { value: "since_join", title: t.channelSettings.historySinceJoin },
        ]}
      />
      <p className="field-hint">{t.channelSettings.archiveHint}</p>
      <div className="dialog-foot">
        <span className="foot-start">
          <Button variant="quiet" onPress={archive}>
            {info.archived ? t.channelSettings.unarchive : t.channelSettings.archive}
          </Button>
        </span>
        <Button type="submit" variant="primary" isDisabled={busy || !changed || info.archived}>
          {t.common.save}
        </Button>
      </div>
    </form>
  );
}
