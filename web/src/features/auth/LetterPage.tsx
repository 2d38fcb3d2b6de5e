// What a link in a letter opens: confirming an address, or choosing a new password. Nothing happens before a button
// is pressed: programs open links too.

import { type FormEvent, useState } from "react";
import { reset_password, verify_email } from "../../api/operations";
import { t } from "../../i18n";
import { notifyTexts } from "../../i18n/notify";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Wordmark } from "../../ui/Logo";
import { go } from "../app/route";
import { fieldProblem, problemText } from "../client/problems";
import type { Letter } from "./letters";

export default function LetterPage({ letter }: { letter: Letter }) {
  const texts = notifyTexts();
  const [password, setPassword] = useState("");
  const [state, setState] = useState<"asking" | "busy" | "done">("asking");
  const [error, setError] = useState<unknown>(null);
  const resets = letter.kind === "reset";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setState("busy");
    setError(null);
    try {
      await (resets ? reset_password(letter.token, password) : verify_email(letter.token));
      setState("done");
    } catch (cause) {
      setError(cause);
      setState("asking");
    }
  };
  const atPassword = fieldProblem(error, "password");
  const done = state === "done";
  return (
    <main className="auth">
      <div className="auth-card">
        <header className="auth-head">
          <Wordmark size={40} />
        </header>
        <h1>{resets ? texts.newPassword : texts.confirmTitle}</h1>
        <form className="auth-form" onSubmit={(event) => void submit(event)}>
          {done ? (
            <p className="auth-note" role="status">
              {resets ? texts.passwordSet : texts.confirmed}
            </p>
          ) : null}
          {resets && !done ? (
            <Field
              label={t.settings.newPassword}
              name="password"
              inputType="password"
              autoComplete="new-password"
              autoFocus
              isRequired
              minLength={8}
              value={password}
              onChange={setPassword}
              error={atPassword}
              hint={t.auth.passwordHint}
            />
          ) : null}
          {error && !atPassword ? (
            <p className="auth-error" role="alert">
              {problemText(error)}
            </p>
          ) : null}
          {done ? (
            <Button variant="primary" wide onPress={() => go(null)}>
              {texts.goOn}
            </Button>
          ) : (
            <Button type="submit" variant="primary" wide isDisabled={state === "busy"}>
              {resets ? texts.newPassword : texts.confirm}
            </Button>
          )}
        </form>
      </div>
    </main>
  );
}
