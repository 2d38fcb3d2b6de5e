// For administrators: what the server is, who may come in, who is here, what is kept. Loaded when opened.

import { t } from "../../i18n";
import { TabbedDialog } from "../../ui/TabbedDialog";
import { Acts } from "./Acts";
import { Channels } from "./Channels";
import { Facts } from "./Facts";
import { Invites } from "./Invites";
import { Peers } from "./Peers";
import { People } from "./People";

export default function Admin({ onClose }: { onClose: () => void }) {
  const tabs = [
    { id: "server", title: t.admin.server, content: <Facts /> },
    { id: "people", title: t.admin.users, content: <People /> },
    { id: "invites", title: t.admin.invites, content: <Invites /> },
    { id: "channels", title: t.admin.channels, content: <Channels /> },
    { id: "peers", title: t.admin.peers, content: <Peers /> },
    { id: "record", title: t.admin.record, content: <Acts /> },
  ];
  return <TabbedDialog title={t.admin.title} tabs={tabs} width={760} testId="admin" onClose={onClose} />;
}
