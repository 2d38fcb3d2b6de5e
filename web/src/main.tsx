import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./ui/css/tokens.css";
import "./ui/css/base.css";
import "./ui/css/controls.css";
import "./ui/css/overlays.css";
import "./ui/css/message.css";
import "./ui/css/code.css";
import "./features/app/layout.css";
import "./features/app/entering.css";
import "./features/conversation/addresses.css";
import "./features/files/dropping.css";
import "./features/files/descriptions.css";
import "./features/channel/webhooks.css";
import "./features/reports/reports.css";
import "./features/previews/previews.css";
import "./features/totp/totp.css";
import "./ui/css/touch.css";
import "./ui/css/forced.css";
import { Boundary } from "./ui/Boundary";
import { App } from "./features/app/App";
import { Broken } from "./features/app/Broken";
import { ClientContext } from "./features/app/context";
import { startWorker } from "./features/app/install";
import { applyLanguage } from "./features/app/language";
import { applyTheme } from "./features/app/theme";
import { Client } from "./features/client/client";

applyTheme();
const client = new Client();
const root = document.getElementById("root");
if (root) {
  const tree = createRoot(root);
  // The language first: nothing is drawn in one and then in another.
  void applyLanguage().then(() =>
    tree.render(
      <StrictMode>
        <ClientContext value={client}>
          <Boundary fallback={<Broken />}>
            <App />
          </Boundary>
        </ClientContext>
      </StrictMode>,
    ),
  );
}
void client.boot();
startWorker();
