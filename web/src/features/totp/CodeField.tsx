import { Field } from "../../ui/Field";

interface CodeFieldProps {
  label: string;
  hint: string;
  value: string;
  onChange: (code: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
  /** Nothing but what an authenticator shows is taken. */
  digits?: boolean;
}

/** For a code of an authenticator, which browsers and password managers fill in; or for a recovery code, which has letters. */
export function CodeField({ digits = false, ...props }: CodeFieldProps) {
  return (
    <Field
      {...props}
      name="code"
      autoComplete="one-time-code"
      inputMode={digits ? "numeric" : "text"}
      autoCorrect="off"
      spellCheck="false"
      isRequired
    />
  );
}
