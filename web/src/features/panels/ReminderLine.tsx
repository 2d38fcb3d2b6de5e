import type { ReactNode } from "react";
import { Icon } from "../../ui/Icon";
import "../reminders/reminders.css";

/** What a card in a list says of a reminder. Who listens hears it from what opens the card. */
export function ReminderLine({ children }: { children: ReactNode }) {
  return (
    <p className="card-reminder" data-testid="card-reminder" aria-hidden="true">
      <Icon name="clock" />
      {children}
    </p>
  );
}
