// In the profile of somebody of another server, for administrators. Loaded with the first such.

import { useEffect, useState } from "react";
import { list_exclusions } from "../../api/admin";
import { exclusionTexts } from "../../i18n/exclusions";
import { Button } from "../../ui/Button";
import { useClient } from "../app/context";
import { ExcludeDialog } from "./ExcludeDialog";
import { findExclusion, readmit } from "./excluding";

/** Addresses that have another in them: `@ann:b.test` is in `@ann:b.test.example`. */
const LIKE_IT = 100;

export default function KeepOff({ user, name }: { user: string; name: string }) {
  const client = useClient();
  const texts = exclusionTexts();
  const [isOff, setOff] = useState<boolean | null>(null);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    let gone = false;
    list_exclusions({ query: user, limit: LIKE_IT })
      .then(({ exclusions }) => {
        if (!gone) setOff(findExclusion(exclusions, user) !== null);
      })
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [user]);
  const back = async () => {
    if (await readmit(client, user, name)) setOff(false);
  };

  if (isOff === null) return null;
  return (
    <>
      {isOff ? <p className="field-hint">{texts.isOff}</p> : null}
      <Button variant="quiet" onPress={() => (isOff ? void back() : setAsked(true))}>
        {isOff ? texts.readmit : texts.keepOff}
      </Button>
      {asked ? (
        <ExcludeDialog user={user} name={name} onDone={() => setOff(true)} onClose={() => setAsked(false)} />
      ) : null}
    </>
  );
}
