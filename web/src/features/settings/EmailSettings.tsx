// Where one is written to, and about what.

import { useEffect, useState } from "react";
import { delete_email, get_email, set_email, update_email } from "../../api/operations";
import type { AccountEmail } from "../../api/types";
import { notifyTexts } from "../../i18n/notify";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Toggle } from "../../ui/Toggle";
import { useClient } from "../app/context";
import { fieldProblem } from "../client/problems";

export function EmailSettings() {
  const client = useClient();
  const texts = notifyTexts();
  const [email, setEmail] = useState<AccountEmail | null>(null);
  const [address, setAddress] = useState("");
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let wanted = true;
    get_email()
      .then((found) => wanted && setEmail(found))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, []);
  if (!email?.enabled) return null;
  const change = async (asked: () => Promise<AccountEmail>) => {
    try {
      setEmail(await asked());
      setError(null);
      setAddress("");
    } catch (cause) {
      setError(cause);
      if (!fieldProblem(cause, "address")) client.actions.failed(cause);
    }
  };
  const remove = () =>
    change(async () => {
      await delete_email();
      return { ...email, address: null, pending: null, missed: false };
    });
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void change(() => set_email(address.trim()));
      }}
    >
      {email.address ? (
        <>
          <Field label={texts.email} value={email.address} isReadOnly />
          <Toggle
            label={texts.missed}
            hint={texts.missedHint}
            value={email.missed}
            onChange={(missed) => void change(() => update_email(missed))}
          />
        </>
      ) : null}
      <Field
        label={email.address ? texts.otherAddress : texts.email}
        hint={email.pending ? texts.pending(email.pending) : texts.emailHint}
        inputType="email"
        autoComplete="email"
        value={address}
        onChange={setAddress}
        error={fieldProblem(error, "address")}
      />
      <div className="button-row">
        <Button type="submit" isDisabled={address.trim() === ""}>
          {texts.confirm}
        </Button>
        {email.address || email.pending ? (
          <Button onPress={() => void remove()}>{texts.removeAddress}</Button>
        ) : null}
      </div>
    </form>
  );
}
