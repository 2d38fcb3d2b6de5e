import { lazy, Suspense, useSyncExternalStore } from "react";
import { t } from "../../i18n";
import { Notices } from "../../ui/Notices";
import { Mark } from "../../ui/Logo";
import { AuthPage } from "../auth/AuthPage";
import { useClient, useSelect } from "./context";

const Shell = lazy(() => import("./Shell"));

export function App() {
  const client = useClient();
  const session = useSelect((state) => state.session);
  const notices = useSyncExternalStore(client.notices.subscribe, client.notices.get);
  return (
    <>
      {session === "signed-out" ? (
        <AuthPage />
      ) : (
        <Suspense fallback={<Splash />}>{session === "signed-in" ? <Shell /> : <Splash />}</Suspense>
      )}
      <Notices notices={notices} onClose={client.notices.close} />
    </>
  );
}

function Splash() {
  return (
    <div className="splash" role="status" aria-label={t.common.loading}>
      <Mark size={56} />
    </div>
  );
}
