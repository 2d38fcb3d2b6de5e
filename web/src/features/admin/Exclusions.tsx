import { type FormEvent, useState } from "react";
import { type Exclusion, list_exclusions } from "../../api/admin";
import { adminTexts } from "../../i18n/admin";
import { exclusionTexts } from "../../i18n/exclusions";
import { straight } from "../../lib/bidi";
import { nearEntry, onceLost } from "../../lib/focus";
import { moment } from "../../lib/time";
import { displayName } from "../../store/selectors";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useClient } from "../app/context";
import { fullUserId } from "../dialogs/addresses";
import { type Page, usePages } from "../dialogs/usePages";
import { ExcludeDialog } from "./ExcludeDialog";
import { readmit } from "./excluding";
import { Listing } from "./Listing";

const PAGE = 50;

async function load(query: string, cursor?: string): Promise<Page<Exclusion>> {
  const page = await list_exclusions({ query, limit: PAGE, ...(cursor ? { cursor } : {}) });
  return { rows: page.exclusions, next: page.next };
}

const idOf = ({ user }: Exclusion) => user.id;

/** People of other servers who are kept off this one. */
export function Exclusions() {
  const texts = exclusionTexts();
  // Whoever is added stands first: the list begins anew.
  const [added, setAdded] = useState(0);
  return (
    <div className="form">
      <p className="field-hint">{texts.hint}</p>
      <NewExclusion onMade={() => setAdded(added + 1)} />
      <List key={added} />
    </div>
  );
}

function NewExclusion({ onMade }: { onMade: () => void }) {
  const texts = exclusionTexts();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const [sure, setSure] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const user = fullUserId(typed);
    setWrong(!user);
    setSure(user);
  };
  return (
    <form className="form" onSubmit={submit}>
      <Field
        label={texts.address}
        hint={texts.addressHint}
        value={typed}
        onChange={setTyped}
        {...(wrong ? { error: texts.badAddress } : {})}
      />
      <Button type="submit" isDisabled={typed.trim() === ""}>
        {texts.keepOff}
      </Button>
      {sure ? (
        <ExcludeDialog
          user={sure}
          name={sure}
          onDone={() => {
            setTyped("");
            onMade();
          }}
          onClose={() => setSure(null)}
        />
      ) : null}
    </form>
  );
}

function List() {
  const client = useClient();
  const texts = exclusionTexts();
  const [query, setQuery] = useState("");
  const { rows, failed, more, remove } = usePages(query, load, idOf);
  const lift = async (exclusion: Exclusion) => {
    const { user } = exclusion;
    const back = nearEntry(user.id);
    if (!(await readmit(client, user.id, displayName(user, user.id)))) return;
    remove(exclusion);
    onceLost(back, { inDialog: true });
  };
  return (
    <Listing
      search={{ label: texts.search, value: query, onChange: setQuery }}
      rows={rows}
      failed={failed}
      more={more}
      empty={texts.none}
    >
      {(exclusion) => (
        <ExclusionRow key={idOf(exclusion)} exclusion={exclusion} onLift={() => void lift(exclusion)} />
      )}
    </Listing>
  );
}

function ExclusionRow({ exclusion, onLift }: { exclusion: Exclusion; onLift: () => void }) {
  const texts = exclusionTexts();
  const [now] = useState(() => Date.now());
  const { user, administrator, channels, reason } = exclusion;
  const name = displayName(user, user.id);
  const by = texts.by(administrator ?? adminTexts().operator);
  return (
    <li className="held" data-entry={user.id} data-testid="exclusion">
      <Avatar id={user.id} name={name} size={34} />
      <span className="person-text">
        <span className="truncate">{name}</span>
        <small>{user.id}</small>
        <small>
          {texts.since(moment(exclusion.created_ts, now))}, {by}
        </small>
        {reason ? (
          <small>
            <bdi>{straight(reason)}</bdi>
          </small>
        ) : null}
        {channels > 0 ? <small>{texts.still(channels)}</small> : null}
      </span>
      <Button size="small" aria-label={texts.readmitLabel(name)} onPress={onLift}>
        {texts.readmit}
      </Button>
    </li>
  );
}
