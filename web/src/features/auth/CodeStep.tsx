// The second step of signing in, where somebody wants one: a code beside the password.

import { type FormEvent, useState } from "react";
import type { Login } from "../../api/operations";
import { t } from "../../i18n";
import { totpTexts } from "../../i18n/totp";
import { Button } from "../../ui/Button";
import { useClient } from "../app/context";
import { problemText } from "../client/problems";
import { CodeField } from "../totp/CodeField";
import { codeProblem } from "../totp/codes";
import { arrive } from "./arriving";

interface CodeStepProps {
  login: Login;
  invited: string | null;
  onBack: () => void;
}

export default function CodeStep({ login, invited, onBack }: CodeStepProps) {
  const client = useClient();
  const texts = totpTexts();
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const atCode = codeProblem(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const field = event.currentTarget.elements.namedItem("code");
    setBusy(true);
    setError(null);
    try {
      await client.signIn({ ...login, code: code.trim() });
      arrive(invited);
    } catch (cause) {
      setError(cause);
      setBusy(false);
      // The next one is typed in its place.
      if (!codeProblem(cause) || !(field instanceof HTMLInputElement)) return;
      field.focus();
      field.select();
    }
  };
  return (
    <>
      <h1>{texts.title}</h1>
      <form className="auth-form" aria-label={texts.title} onSubmit={(event) => void submit(event)}>
        <CodeField
          label={texts.code}
          hint={texts.codeHint}
          autoFocus
          value={code}
          onChange={setCode}
          error={atCode}
        />
        {error && !atCode ? (
          <p className="auth-error" role="alert">
            {problemText(error)}
          </p>
        ) : null}
        <Button type="submit" variant="primary" wide isPending={busy}>
          {busy ? t.auth.signingIn : t.auth.signIn}
        </Button>
        <Button variant="quiet" size="small" onPress={onBack}>
          {texts.back}
        </Button>
      </form>
    </>
  );
}
