// Where one is written to, and about what.

import { useEffect, useState } from "react";
import { ApiError } from "../../api/http";
import { delete_email, get_email, set_email, update_email } from "../../api/operations";
import type { AccountEmail } from "../../api/types";
import { locale } from "../../i18n";
import { notifyTexts } from "../../i18n/notify";
import { threadTexts } from "../../i18n/threads";
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
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState(false);
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
  const change = async (ask: () => Promise<AccountEmail>) => {
    try {
      setEmail(await ask());
      setError(null);
      setAddress("");
      setPassword("");
      setAsked(false);
    } catch (cause) {
      setError(cause);
      if (cause instanceof ApiError && cause.code === "password_needed") setAsked(true);
      else if (!fieldProblem(cause, "address")) client.actions.failed(cause);
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
        void change(() =>
          set_email({ address: address.trim(), language: locale, ...(password ? { password } : {}) }),
        );
      }}
    >
      {email.address ? (
        <>
          <Field label={texts.email} value={email.address} isReadOnly />
          <Toggle
            label={texts.missed}
            hint={texts.missedHint}
            value={email.missed}
            onChange={(missed) => void change(() => update_email({ missed, language: locale }))}
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
      {asked ? (
        <Field
          label={threadTexts().password}
          hint={threadTexts().passwordHint}
          inputType="password"
          autoComplete="current-password"
          isRequired
          value={password}
          onChange={setPassword}
        />
      ) : null}
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
