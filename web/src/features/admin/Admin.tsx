// For administrators: what the server is, who may come in, who is here. Loaded when opened.

import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { named, t } from "../../i18n";
import { Dialog } from "../../ui/Dialog";
import { useSelect } from "../app/context";
import { Invites } from "./Invites";
import { People } from "./People";

export default function Admin({ onClose }: { onClose: () => void }) {
  const tabs: { id: string; title: string; content: ReactNode }[] = [
    { id: "server", title: t.admin.server, content: <Facts /> },
    { id: "invites", title: t.admin.invites, content: <Invites /> },
    { id: "people", title: t.admin.users, content: <People /> },
  ];
  return (
    <Dialog title={t.admin.title} onClose={onClose} width={720} testId="admin">
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label={t.admin.title}>
          {tabs.map(({ id, title }) => (
            <Tab key={id} id={id} className="tab">
              {title}
            </Tab>
          ))}
        </TabList>
        {tabs.map(({ id, content }) => (
          <TabPanel key={id} id={id} className="tab-panel">
            {content}
          </TabPanel>
        ))}
      </Tabs>
    </Dialog>
  );
}

function Facts() {
  const server = useSelect((state) => state.server);
  if (!server) return null;
  const bytes = server.limits["message_bytes"];
  const facts: [string, string][] = [
    [t.admin.name, server.name],
    [t.admin.version, server.version],
    [t.admin.registration, named(t.admin.registrationOf, server.registration) ?? server.registration],
    ...(bytes === undefined ? [] : [[t.admin.messageBytes, t.admin.bytes(bytes)] satisfies [string, string]]),
  ];
  return (
    <dl className="facts">
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
