// The person's own settings: loaded when opened.

import { type ReactNode, useState } from "react";
import { type Language, LANGUAGES, t } from "../../i18n";
import { Button } from "../../ui/Button";
import { Choices, Field } from "../../ui/Field";
import { TabbedDialog } from "../../ui/TabbedDialog";
import { change_password } from "../../api/operations";
import { AvatarForm } from "../files/AvatarForm";
import { useClient, useMe } from "../app/context";
import { install, useWays } from "../app/install";
import { setLanguage, useLanguageChoice } from "../app/language";
import { setTheme, useTheme } from "../app/theme";
import { fieldProblem, problemText } from "../client/problems";
import type { SettingsTab } from "../app/view";
import { PreviewSetting } from "../previews/PreviewSetting";
import { TwoStep } from "../totp/TwoStep";
import { Blocks } from "./Blocks";
import { EndAccount } from "./EndAccount";
import { Keyboard } from "./Keyboard";
import { Notifications } from "./Notifications";
import { OwnData } from "./OwnData";
import { Sessions } from "./Sessions";

export default function Settings({ tab, onClose }: { tab?: SettingsTab; onClose: () => void }) {
  const tabs: { id: SettingsTab; title: string; content: ReactNode }[] = [
    { id: "profile", title: t.settings.profile, content: <ProfileForm /> },
    { id: "appearance", title: t.settings.appearance, content: <Appearance /> },
    { id: "notifications", title: t.settings.notifications, content: <Notifications /> },
    { id: "account", title: t.settings.account, content: <Account /> },
    { id: "sessions", title: t.settings.sessions, content: <Sessions /> },
    { id: "keyboard", title: t.settings.keyboard, content: <Keyboard /> },
  ];
  return (
    <TabbedDialog
      title={t.settings.title}
      tabs={tabs}
      tab={tab}
      width={720}
      testId="settings"
      onClose={onClose}
    />
  );
}

function ProfileForm() {
  const client = useClient();
  const me = useMe();
  const [name, setName] = useState(me?.display_name ?? "");
  const [bio, setBio] = useState(me?.bio ?? "");
  const [busy, setBusy] = useState(false);
  // What was pressed keeps the focus, though there is nothing more to save.
  const [pressed, setPressed] = useState(false);
  const changed = name.trim() !== me?.display_name || bio.trim() !== me.bio;
  const save = async () => {
    setBusy(true);
    setPressed(true);
    if (await client.actions.updateMe({ display_name: name.trim(), bio: bio.trim() }))
      client.notices.show(t.common.saved);
    setBusy(false);
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <AvatarForm />
      <Field
        label={t.settings.displayName}
        value={name}
        onChange={setName}
        maxLength={64}
        autoComplete="name"
      />
      <Field label={t.settings.bio} rows={3} value={bio} onChange={setBio} maxLength={500} />
      <Field label={t.settings.username} value={me?.id ?? ""} isReadOnly />
      <div className="dialog-foot">
        <Button
          type="submit"
          variant="primary"
          isDisabled={!changed && !pressed}
          isPending={busy}
          onBlur={() => setPressed(false)}
        >
          {t.common.save}
        </Button>
      </div>
    </form>
  );
}

function Account() {
  return (
    <div className="account-settings">
      <PasswordForm />
      <TwoStep />
      <Blocks />
      <OwnData />
      <EndAccount />
    </div>
  );
}

function PasswordForm() {
  const client = useClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    try {
      await change_password({ current, new: next });
      setCurrent("");
      setNext("");
      setError(null);
      client.notices.show(t.settings.passwordChanged);
    } catch (cause) {
      setError(cause);
    }
  };
  const atNew = fieldProblem(error, "new");
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field
        label={t.settings.currentPassword}
        inputType="password"
        autoComplete="current-password"
        isRequired
        value={current}
        onChange={setCurrent}
        error={error && !atNew ? problemText(error) : undefined}
      />
      <Field
        label={t.settings.newPassword}
        inputType="password"
        autoComplete="new-password"
        isRequired
        minLength={8}
        hint={t.auth.passwordHint}
        value={next}
        onChange={setNext}
        error={atNew}
      />
      <div className="dialog-foot">
        <Button type="submit" variant="primary" isDisabled={current === "" || next === ""}>
          {t.settings.changePassword}
        </Button>
      </div>
    </form>
  );
}

const SYSTEM = "system";

function Appearance() {
  const theme = useTheme();
  const ways = useWays();
  const language = useLanguageChoice();
  return (
    <div className="form">
      <Choices
        label={t.settings.theme}
        value={theme}
        onChange={setTheme}
        choices={[
          { value: "system", title: t.settings.themeSystem },
          { value: "light", title: t.settings.themeLight },
          { value: "dark", title: t.settings.themeDark },
        ]}
      />
      <Choices
        label={t.language.title}
        value={language ?? SYSTEM}
        onChange={(wanted) => void setLanguage(wanted === SYSTEM ? null : wanted)}
        choices={[
          { value: SYSTEM, title: t.language.system },
          ...(Object.keys(LANGUAGES) as Language[]).map((name) => ({ value: name, title: LANGUAGES[name] })),
        ]}
      />
      <PreviewSetting />
      {ways.install ? (
        <div className="fieldset">
          <p className="field-hint">{t.app.installHint}</p>
          <div className="button-row">
            <Button onPress={() => void install()}>{t.app.install}</Button>
          </div>
        </div>
      ) : null}
    </div>
  );
}
