import { type FormEvent, useState } from "react";
import type { Channel, Role } from "../../api/types";
import { t } from "../../i18n";
import { accessTexts } from "../../i18n/access";
import { Button } from "../../ui/Button";
import { Select } from "../../ui/Select";
import { useClient } from "../app/context";
import { CAPABILITIES, type Capability, capsOf, grantable, neededRole } from "../client/rights";

type Chosen = Record<Capability, Role>;

const chosenBy = (choose: (capability: Capability) => Role): Chosen =>
  Object.fromEntries(CAPABILITIES.map((each) => [each, choose(each)])) as Chosen;

/** Which role each thing takes. What takes a higher role than one's own can be seen, and not changed. */
export function Permissions({ info }: { info: Channel }) {
  const client = useClient();
  const texts = accessTexts();
  const now = chosenBy((each) => neededRole(info.policy, each));
  const [own, setOwn] = useState<Partial<Chosen>>({});
  const chosen: Chosen = { ...now, ...own };
  const [busy, setBusy] = useState(false);
  const changed = CAPABILITIES.some((each) => chosen[each] !== now[each]);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await client.actions.changeChannel(info.id, { policy: { caps: capsOf(chosen) } })) {
      setOwn({});
      client.notices.show(t.common.saved);
    }
    setBusy(false);
  };

  return (
    <form className="form" onSubmit={(event) => void save(event)}>
      <p className="field-hint">{texts.permissionsHint}</p>
      <div className="select-rows">
        {CAPABILITIES.map((capability) => {
          const free = grantable(info, capability);
          const roles = free.length > 0 ? free : [chosen[capability]];
          return (
            <Select
              key={capability}
              label={texts.caps[capability]}
              value={chosen[capability]}
              isDisabled={free.length === 0 || info.archived}
              options={roles.map((role) => ({ value: role, title: texts.fromRole[role] }))}
              onChange={(role) => setOwn((known) => ({ ...known, [capability]: role }))}
            />
          );
        })}
      </div>
      <div className="dialog-foot">
        <Button type="submit" variant="primary" isDisabled={busy || !changed || info.archived}>
          {t.common.save}
        </Button>
      </div>
    </form>
  );
}
