import { type ComponentProps, useState } from "react";
import { t } from "../../i18n";
import { totpTexts } from "../../i18n/totp";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { CodeField } from "./CodeField";
import { codeProblem, passwordProblem } from "./codes";
import { useAsking } from "./useAsking";

interface PasswordAndCodeProps {
  text: string;
  action: string;
  variant: ComponentProps<typeof Button>["variant"];
  ask: (password: string, code: string) => Promise<void>;
  onStale: (error: unknown) => void;
  onClose: () => void;
}

/** What signing in takes, for what changes how one signs in. */
export function PasswordAndCode({ text, action, variant, ask, onStale, onClose }: PasswordAndCodeProps) {
  const texts = totpTexts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { busy, error, submit } = useAsking(() => ask(password, code.trim()), onStale);
  return (
    <form className="form" onSubmit={submit}>
      <p>{text}</p>
      <Field
        label={t.settings.currentPassword}
        inputType="password"
        autoComplete="current-password"
        autoFocus
        isRequired
        value={password}
        onChange={setPassword}
        error={passwordProblem(error)}
      />
      <CodeField
        label={texts.code}
        hint={texts.codeHint}
        value={code}
        onChange={setCode}
        error={codeProblem(error)}
      />
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button type="submit" {...(variant ? { variant } : {})} isPending={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
