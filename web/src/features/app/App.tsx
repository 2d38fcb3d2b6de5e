import { Suspense, useEffect, useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components";
import { t } from "../../i18n";
import { later } from "../../ui/later";
import { Notices } from "../../ui/Notices";
import { Mark } from "../../ui/Logo";
import { keepPage } from "../files/dropping";
import { useClient, useSelect } from "./context";
import { useLanguage } from "./language";
import { useLetter } from "./route";

const AuthPage = later(() => import("../auth/AuthPage"));
const LetterPage = later(() => import("../auth/LetterPage"));
const Shell = later(() => import("./Shell"));

export function App() {
  const client = useClient();
  const session = useSelect((state) => state.session);
  const notices = useSyncExternalStore(client.notices.subscribe, client.notices.get);
  const language = useLanguage();
  const letter = useLetter();
  useEffect(keepPage, []);
  // Another language draws everything anew: strings are not state.
  return (
    <I18nProvider key={language} locale={language}>
      <Suspense fallback={<Splash />}>
        {letter ? (
          <LetterPage letter={letter} />
        ) : session === "signed-out" ? (
          <AuthPage />
        ) : session === "signed-in" ? (
          <Shell />
        ) : (
          <Splash />
        )}
      </Suspense>
      <Notices notices={notices} onClose={client.notices.close} />
    </I18nProvider>
  );
}

function Splash() {
  return (
    <div className="splash" role="status" aria-label={t.common.loading}>
      <Mark size={56} />
    </div>
  );
}
