// For administrators: what the server is, who may come in, who is here, what is kept. Loaded when opened.

import { adminTexts } from "../../i18n/admin";
import { exclusionTexts } from "../../i18n/exclusions";
import { TabbedDialog } from "../../ui/TabbedDialog";
import { Acts } from "./Acts";
import { Channels } from "./Channels";
import { Exclusions } from "./Exclusions";
import { Facts } from "./Facts";
import { Invites } from "./Invites";
import { Peers } from "./Peers";
import { People } from "./People";

export default function Admin({ onClose }: { onClose: () => void }) {
  const tabs = [
    { id: "server", title: adminTexts().server, content: <Facts /> },
    { id: "people", title: adminTexts().users, content: <People /> },
    { id: "invites", title: adminTexts().invites, content: <Invites /> },
    { id: "channels", title: adminTexts().channels, content: <Channels /> },
    { id: "peers", title: adminTexts().peers, content: <Peers /> },
    { id: "exclusions", title: exclusionTexts().title, content: <Exclusions /> },
    { id: "record", title: adminTexts().record, content: <Acts /> },
  ];
  return <TabbedDialog title={adminTexts().title} tabs={tabs} width={760} testId="admin" onClose={onClose} />;
}
