// A dialog of several pages, one at a time.

import { type ReactNode, useEffect, useRef } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { Dialog } from "./Dialog";
import { sides } from "./sides";
import { uncovering } from "./uncovering";

export interface DialogTab {
  id: string;
  title: string;
  content: ReactNode;
}

interface TabbedDialogProps {
  title: string;
  tabs: readonly DialogTab[];
  /** The one to begin with, if not the first. */
  tab?: string | undefined;
  width: number;
  testId: string;
  onClose: () => void;
}

export function TabbedDialog({ title, tabs, tab, width, testId, onClose }: TabbedDialogProps) {
  const [only, ...others] = tabs;
  if (only && others.length === 0) {
    return (
      <Dialog title={title} onClose={onClose} width={width} testId={testId}>
        {only.content}
      </Dialog>
    );
  }
  return (
    <Dialog title={title} onClose={onClose} width={width} testId={testId}>
      <Tabs className="tabs" {...(tab ? { defaultSelectedKey: tab } : {})}>
        <TabList ref={sides} className="tab-list" aria-label={title}>
          {tabs.map((each) => (
            <Tab key={each.id} id={each.id} className="tab">
              {({ isSelected }) => <Title selected={isSelected}>{each.title}</Title>}
            </Tab>
          ))}
        </TabList>
        {tabs.map((each) => (
          <TabPanel key={each.id} id={each.id} className="tab-panel" ref={uncovering}>
            {each.content}
          </TabPanel>
        ))}
      </Tabs>
    </Dialog>
  );
}

/** On a small screen the list scrolls sideways: the page that is shown is named in sight. */
function Title({ selected, children }: { selected: boolean; children: ReactNode }) {
  const own = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (selected) own.current?.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected]);
  return <span ref={own}>{children}</span>;
}
