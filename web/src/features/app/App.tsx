import { lazy, Suspense, useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components";
import { t } from "../../i18n";
import { Notices } from "../../ui/Notices";
import { Mark } from "../../ui/Logo";
import { AuthPage } from "../auth/AuthPage";
import { useClient, useSelect } from "./context";
import { useLanguage } from "./language";

const Shell = lazy(() => import("./Shell"));

export function App() {
  const client = useClient();
  const session = useSelect((state) => state.session);
  const notices = useSyncExternalStore(client.notices.subscribe, client.notices.get);
  const language = useLanguage();
  // Another language draws everything anew: strings are not state.
  return (
    <I18nProvider key={language} locale={language}>
      {session === "signed-out" ? (
        <AuthPage />
      ) : (
        <Suspense fallback={<Splash />}>{session === "signed-in" ? <Shell /> : <Splash />}</Suspense>
      )}
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
