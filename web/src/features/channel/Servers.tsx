import { type FormEvent, useState } from "react";
import type { Channel } from "../../api/types";
import { t } from "../../i18n";
import { accessTexts } from "../../i18n/access";
import { Button } from "../../ui/Button";
import { Choices, Field } from "../../ui/Field";
import { useClient, useSelect } from "../app/context";
import { canSetPolicy } from "../client/rights";
import { Delivery } from "./Delivery";
import { readPatterns } from "./patterns";

/** Where the channel lives, who has what was said, and which servers may have people in it. */
export function Servers({ info }: { info: Channel }) {
  const { allow, deny } = info.servers ?? { allow: null, deny: null };
  return (
    <>
      <Delivery info={info} />
      {canSetPolicy(info) ? (
        // Made anew when somebody else changed it.
        <Lists key={JSON.stringify([allow, deny])} info={info} allow={allow} deny={deny ?? []} />
      ) : null}
    </>
  );
}

interface ListsProps {
  info: Channel;
  allow: string[] | null;
  deny: string[];
}

function Lists({ info, allow, deny }: ListsProps) {
  const client = useClient();
  const texts = accessTexts();
  const { id } = info;
  const ours = useSelect((state) => state.server?.name);
  // Without these nobody could change it any more: they are always among them, and not shown.
  const always = [...new Set([info.host, ...(ours ? [ours] : [])])];
  const now = {
    who: allow === null ? ("every" as const) : ("some" as const),
    allowed: (allow ?? []).filter((name) => !always.includes(name)).join("\n"),
    denied: deny.join("\n"),
  };
  const [who, setWho] = useState<"every" | "some">(now.who);
  const [allowed, setAllowed] = useState(now.allowed);
  const [denied, setDenied] = useState(now.denied);
  const [busy, setBusy] = useState(false);
  const admitted = readPatterns(allowed);
  const excluded = readPatterns(denied);
  const wrong = (bad: string | null) => (bad === null ? undefined : texts.serverBad(bad));
  const bad = (who === "some" && admitted.bad !== null) || excluded.bad !== null;

  const changed =
    who !== now.who || (who === "some" && allowed.trim() !== now.allowed) || denied.trim() !== now.denied;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const servers = {
      ...(who === "some" ? { allow: [...new Set([...always, ...admitted.names])] } : {}),
      ...(excluded.names.length > 0 ? { deny: excluded.names } : {}),
    };
    if (await client.actions.changeChannel(id, { servers })) {
      await client.actions.loadStanding(id);
      client.notices.show(t.common.saved);
    }
    setBusy(false);
  };

  return (
    <form className="form" onSubmit={(event) => void save(event)}>
      <Choices
        label={texts.whichServers}
        value={who}
        onChange={setWho}
        choices={[
          { value: "every", title: texts.everyServer },
          { value: "some", title: texts.onlyServers },
        ]}
      />
      {who === "some" ? (
        <Field
          label={texts.allow}
          rows={3}
          value={allowed}
          onChange={setAllowed}
          error={wrong(admitted.bad)}
        />
      ) : null}
      <Field
        label={texts.deny}
        hint={texts.serversHint}
        rows={3}
        value={denied}
        onChange={setDenied}
        error={wrong(excluded.bad)}
      />
      <div className="dialog-foot">
        <Button type="submit" variant="primary" isDisabled={busy || bad || !changed}>
          {t.common.save}
        </Button>
      </div>
    </form>
  );
}
