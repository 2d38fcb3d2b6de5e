import { type FormEvent, Suspense, useState, useSyncExternalStore } from "react";
import { ApiError } from "../../api/http";
import type { Login } from "../../api/operations";
import { t } from "../../i18n";
import { notifyTexts } from "../../i18n/notify";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { later } from "../../ui/later";
import { Arcade, Wordmark } from "../../ui/Logo";
import { useClient, useSelect } from "../app/context";
import { fieldProblem, problemText } from "../client/problems";
import { arrive } from "./arriving";
import { inviteOf } from "./invites";

const CodeStep = later(() => import("./CodeStep"));
const ForgotPassword = later(() => import("./ForgotPassword"));
const PASSWORD_MIN = 8;

/** Sign in or register. The browser's password manager finds ordinary fields in an ordinary form. */
export default function AuthPage() {
  const server = useSelect((state) => state.server);
  const endedBy = useSelect((state) => state.endedBy);
  const invited = useInvite();
  const [chosen, setMode] = useState<"sign-in" | "register" | "forgot" | null>(null);
  const [username, setUsername] = useState("");
  /** Waits for a code. Nothing but this page ever has the password. */
  const [login, setLogin] = useState<Login | null>(null);
  const mode = login ? "code" : (chosen ?? (invited ? "register" : "sign-in"));
  const registering = mode === "register";
  const name = server?.name ?? location.host;
  const title = registering ? t.auth.registerOn(name) : t.auth.signInTo(name);
  const ended = endedBy
    ? { revoked: t.auth.revoked, expired: t.auth.expired, here: t.entering.signedOutHere }[endedBy]
    : null;

  return (
    <main className="auth">
      <div className="auth-card">
        <header className="auth-head">
          <Wordmark size={40} />
          <p>{t.auth.tagline}</p>
        </header>
        {login ? null : <h1>{title}</h1>}
        {ended && !login ? (
          <p className="auth-note" role="status">
            {ended}
          </p>
        ) : null}
        {login ? (
          <Suspense fallback={null}>
            <CodeStep login={login} invited={invited} onBack={() => setLogin(null)} />
          </Suspense>
        ) : mode === "forgot" ? (
          <Suspense fallback={null}>
            <ForgotPassword onBack={() => setMode("sign-in")} />
          </Suspense>
        ) : registering && server?.registration === "closed" ? (
          <p className="auth-note">{t.auth.closed}</p>
        ) : (
          <AuthForm
            key={`${mode} ${invited ?? ""}`}
            registering={registering}
            needsInvite={server?.registration === "invite"}
            invited={invited}
            username={username}
            onUsername={setUsername}
            onCodeNeeded={setLogin}
          />
        )}
        {mode === "sign-in" && server?.email ? (
          <p className="auth-switch">
            <Button variant="quiet" size="small" onPress={() => setMode("forgot")}>
              {notifyTexts().forgot}
            </Button>
          </p>
        ) : null}
        {!login && (registering || server?.registration !== "closed") ? (
          <p className="auth-switch">
            {registering ? t.auth.haveAccount : t.auth.noAccount}{" "}
            <Button
              variant="quiet"
              size="small"
              onPress={() => setMode(registering ? "sign-in" : "register")}
            >
              {registering ? t.auth.signIn : t.auth.register}
            </Button>
          </p>
        ) : null}
      </div>
      <Arcade />
    </main>
  );
}

const subscribe = (listener: () => void) => {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
};

/** The code that the page's address brings along. */
const useInvite = () => useSyncExternalStore(subscribe, () => inviteOf(location.hash));

interface AuthFormProps {
  registering: boolean;
  needsInvite: boolean;
  invited: string | null;
  /** Stays when one comes back from being asked for a code. */
  username: string;
  onUsername: (username: string) => void;
  onCodeNeeded: (login: Login) => void;
}

function AuthForm({ registering, needsInvite, invited, username, onUsername, onCodeNeeded }: AuthFormProps) {
  const client = useClient();
  const [password, setPassword] = useState("");
  const [displayName, setDisplayName] = useState("");
  const [invite, setInvite] = useState(invited ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      if (registering) {
        await client.register({
          username: username.trim(),
          password,
          ...(displayName.trim() ? { display_name: displayName.trim() } : {}),
          ...(invite.trim() ? { invite: invite.trim() } : {}),
        });
      } else {
        await client.signIn({ username: username.trim(), password });
      }
      arrive(invited);
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === "code_needed")
        return onCodeNeeded({ username: username.trim(), password });
      setError(cause);
      setBusy(false);
    }
  };

  const atFields = error
    ? ["username", "password", "display_name", "invite"].some((f) => fieldProblem(error, f))
    : false;
  return (
    <form className="auth-form" onSubmit={(event) => void submit(event)}>
      <Field
        label={t.auth.username}
        name="username"
        autoComplete="username"
        autoFocus
        isRequired
        value={username}
        onChange={onUsername}
        error={fieldProblem(error, "username")}
        hint={registering ? t.auth.usernameHint : undefined}
      />
      {registering ? (
        <Field
          label={t.auth.displayName}
          name="name"
          autoComplete="name"
          value={displayName}
          onChange={setDisplayName}
          error={fieldProblem(error, "display_name")}
          hint={t.auth.displayNameHint}
        />
      ) : null}
      <Field
        label={t.auth.password}
        name="password"
        inputType="password"
        autoComplete={registering ? "new-password" : "current-password"}
        isRequired
        {...(registering ? { minLength: PASSWORD_MIN } : {})}
        value={password}
        onChange={setPassword}
        error={fieldProblem(error, "password")}
        hint={registering ? t.auth.passwordHint : undefined}
      />
      {registering && needsInvite ? (
        <Field
          label={t.auth.invite}
          name="invite"
          autoComplete="off"
          isRequired
          value={invite}
          onChange={setInvite}
          error={fieldProblem(error, "invite")}
          hint={invited ? t.entering.byInvite : undefined}
        />
      ) : null}
      {error && !atFields ? (
        <p className="auth-error" role="alert">
          {problemText(error)}
        </p>
      ) : null}
      <SubmitButton registering={registering} busy={busy} />
    </form>
  );
}

function SubmitButton({ registering, busy }: { registering: boolean; busy: boolean }) {
  const words = registering ? [t.auth.register, t.auth.registering] : [t.auth.signIn, t.auth.signingIn];
  return (
    <Button type="submit" variant="primary" wide isDisabled={busy}>
      {words[busy ? 1 : 0]}
    </Button>
  );
}
