// Asking for a letter with which to choose a new password.

import { type FormEvent, useState } from "react";
import { request_reset } from "../../api/operations";
import { notifyTexts } from "../../i18n/notify";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { problemText } from "../client/problems";
import { whose } from "./letters";

export default function ForgotPassword({ onBack }: { onBack: () => void }) {
  const texts = notifyTexts();
  const [name, setName] = useState("");
  const [state, setState] = useState<"asking" | "busy" | "asked">("asking");
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState("busy");
    setError(null);
    try {
      await request_reset(whose(name));
      setState("asked");
    } catch (cause) {
      setError(cause);
      setState("asking");
    }
  };
  return (
    <form className="auth-form" onSubmit={(event) => void submit(event)}>
      {state === "asked" ? (
        <p className="auth-note" role="status">
          {texts.resetAsked}
        </p>
      ) : (
        <Field
          label={texts.nameOrAddress}
          name="username"
          autoComplete="username"
          autoFocus
          isRequired
          value={name}
          onChange={setName}
          hint={texts.resetHint}
        />
      )}
      {error ? (
        <p className="auth-error" role="alert">
          {problemText(error)}
        </p>
      ) : null}
      {state === "asked" ? null : (
        <Button type="submit" variant="primary" wide isDisabled={state === "busy"}>
          {texts.sendLetter}
        </Button>
      )}
      <Button variant="quiet" size="small" onPress={onBack}>
        {texts.back}
      </Button>
    </form>
  );
}
