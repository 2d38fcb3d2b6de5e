// All dialogs, loaded when the first one opens.

import { Suspense } from "react";
import { later } from "../../ui/later";
import { Describe } from "../files/Describe";
import { Viewer } from "../files/Viewer";
import RemindDialog from "../reminders/RemindDialog";
import { ReportMessage } from "../reports/ReportMessage";
import type { DialogView } from "../app/view";
import { BlockPerson } from "./BlockPerson";
import { CommandHelp } from "./CommandHelp";
import { CreateChannel } from "./CreateChannel";
import { DeleteMessage, RemoveMessage } from "./DeleteMessage";
import { Directory } from "./Directory";
import { EditHistory } from "./EditHistory";
import { JumpToDate } from "./JumpToDate";
import { LeaveChannel } from "./LeaveChannel";
import { InvitePeople, StartDm } from "./ChoosePeople";
import { PeopleDirectory } from "./PeopleDirectory";
import { Profile } from "./Profile";
import { PutOut } from "./PutOut";
import { SectionName } from "./SectionName";
import { Switcher } from "./Switcher";
import { WhoReacted } from "./WhoReacted";

const ChannelSettings = later(() => import("../channel/ChannelSettings"));
const Admin = later(() => import("../admin/Admin"));
const Reports = later(() => import("../reports/Reports"));
const Settings = later(() => import("../settings/Settings"));
const StatusDialog = later(() => import("../status/StatusDialog"));

export interface DialogProps {
  dialog: DialogView;
  onClose: () => void;
}

export default function Dialogs({ dialog, onClose }: DialogProps) {
  switch (dialog.kind) {
    case "directory":
      return <Directory onClose={onClose} />;
    case "create":
      return <CreateChannel onClose={onClose} />;
    case "dm":
      return <StartDm onClose={onClose} />;
    case "invite":
      return <InvitePeople channel={dialog.channel} onClose={onClose} />;
    case "channel":
      return (
        <Suspense fallback={null}>
          <ChannelSettings channel={dialog.channel} onClose={onClose} />
        </Suspense>
      );
    case "leave":
      return <LeaveChannel channel={dialog.channel} onClose={onClose} />;
    case "block":
      return <BlockPerson user={dialog.user} onClose={onClose} />;
    case "delete":
      return <DeleteMessage channel={dialog.channel} message={dialog.message} onClose={onClose} />;
    case "remove":
      return <RemoveMessage channel={dialog.channel} message={dialog.message} onClose={onClose} />;
    case "history":
      return <EditHistory channel={dialog.channel} message={dialog.message} onClose={onClose} />;
    case "reactions":
      return <WhoReacted channel={dialog.channel} message={dialog.message} onClose={onClose} />;
    case "report":
      return <ReportMessage channel={dialog.channel} message={dialog.message} onClose={onClose} />;
    case "remind":
      return <RemindDialog channel={dialog.channel} message={dialog.message} onClose={onClose} />;
    case "reports":
      return (
        <Suspense fallback={null}>
          <Reports over={Dialogs} onClose={onClose} />
        </Suspense>
      );
    case "people":
      return <PeopleDirectory onClose={onClose} />;
    case "section":
      return <SectionName section={dialog.section} channel={dialog.channel} onClose={onClose} />;
    case "date":
      return <JumpToDate channel={dialog.channel} ts={dialog.ts} onClose={onClose} />;
    case "commands":
      return <CommandHelp onClose={onClose} />;
    case "describe":
      return <Describe place={dialog.place} file={dialog.file} onClose={onClose} />;
    case "viewer":
      return <Viewer files={dialog.files} index={dialog.index} onClose={onClose} />;
    case "profile":
      return (
        <Profile
          user={dialog.user}
          {...(dialog.channel ? { channel: dialog.channel } : {})}
          onClose={onClose}
        />
      );
    case "out":
      return <PutOut channel={dialog.channel} user={dialog.user} how={dialog.how} onClose={onClose} />;
    case "switcher":
      return <Switcher onClose={onClose} />;
    case "admin":
      return (
        <Suspense fallback={null}>
          <Admin onClose={onClose} />
        </Suspense>
      );
    case "status":
      return (
        <Suspense fallback={null}>
          <StatusDialog onClose={onClose} />
        </Suspense>
      );
    case "settings":
      return (
        <Suspense fallback={null}>
          <Settings {...(dialog.tab ? { tab: dialog.tab } : {})} onClose={onClose} />
        </Suspense>
      );
  }
}
