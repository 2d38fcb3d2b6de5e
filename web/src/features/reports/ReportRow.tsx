import { useState } from "react";
import { type Report, update_report } from "../../api/reports";
import type { User } from "../../api/types";
import { t } from "../../i18n";
import { reportTexts } from "../../i18n/reports";
import { straight } from "../../lib/bidi";
import { nearEntry, onceLost } from "../../lib/focus";
import { moment } from "../../lib/time";
import { displayName, foreignId } from "../../store/selectors";
import { Avatar } from "../../ui/Avatar";
import { BotTag } from "../../ui/bits";
import { Boundary } from "../../ui/Boundary";
import { Button } from "../../ui/Button";
import { Markdown } from "../../ui/markdown/Markdown";
import { useClient, useMe, useSelect } from "../app/context";
import { visit } from "../app/route";
import { useView } from "../app/view";
import { Attachments } from "../files/Attachments";
import { Previews } from "../previews/Previews";
import { RemoveReported } from "./RemoveReported";
import { canReopen, removalOf } from "./reports";

interface ReportRowProps {
  report: Report;
  onChange: (report: Report) => void;
  onRemoved: () => void;
  /** Something else than the list is wanted. */
  onLeave: () => void;
}

const nameOf = (user: User) => displayName(user, user.id);

/** Where keys go on once the report has left the list: at an answer to the next one, not at what a message leads to. */
export function nextAnswer(report: Report): () => HTMLElement | null | undefined {
  const near = nearEntry(String(report.id));
  return () => {
    const found = near();
    return found?.closest(".report")?.querySelector<HTMLElement>(".report-answers > :last-child") ?? found;
  };
}

export function ReportRow({ report, onChange, onRemoved, onLeave }: ReportRowProps) {
  const texts = reportTexts();
  const { author, message, reason } = report;
  return (
    <li className="report" data-entry={report.id} data-testid="report">
      <Head report={report} />
      {message ? <Said message={message} /> : null}
      {report.deleted ? <p className="tombstone">{texts.deleted}</p> : null}
      {reason ? (
        <p className="report-reason">
          <strong>{texts.because}</strong> <bdi>{straight(reason)}</bdi>
        </p>
      ) : null}
      <Course report={report} />
      <Answers
        report={report}
        name={nameOf(author)}
        onChange={onChange}
        onRemoved={onRemoved}
        onLeave={onLeave}
      />
    </li>
  );
}

function Head({ report }: { report: Report }) {
  const view = useView();
  const me = useMe();
  const texts = reportTexts();
  const [now] = useState(() => Date.now());
  const { author, channel, message } = report;
  const name = nameOf(author);
  const foreign = foreignId(me, author.id);
  const place = channel.kind === "channel" ? `#${straight(channel.name) || channel.id}` : texts.conversation;
  return (
    <div className="report-head">
      <Avatar id={author.id} name={name} size={30} />
      <button
        type="button"
        className="author"
        aria-label={t.people.profile(name)}
        onClick={() => view.openDialog({ kind: "profile", user: author.id, channel: channel.id })}
      >
        {name}
      </button>
      {author.bot ? <BotTag /> : null}
      {foreign && foreign !== name ? <span className="author-address truncate">{foreign}</span> : null}
      <span className="report-place">
        <bdi>{place}</bdi>
        {message ? `, ${moment(message.ts, now)}` : null}
      </span>
    </div>
  );
}

/** As in its timeline. What another server wrote may be what nobody thought of: it takes no other report with it. */
function Said({ message }: { message: NonNullable<Report["message"]> }) {
  return (
    <div className="report-said scroll">
      <Boundary fallback={<p className="plain">{message.text}</p>}>
        <Markdown text={message.text} />
        <Previews of={message} />
        <Attachments files={message.attachments} imported={message.imported} />
      </Boundary>
    </div>
  );
}

/** Who reported it, and what became of it. */
function Course({ report }: { report: Report }) {
  const texts = reportTexts();
  const [now] = useState(() => Date.now());
  const {
    reporter,
    handled_by: handledBy,
    handled_ts: handled,
    closed_by: closedBy,
    closed_ts: end,
  } = report;
  const who = (user: User | null) => (user ? nameOf(user) : texts.nobody);
  const from = report.server === null ? texts.nobody : texts.somebody(report.server);
  const lines = [
    texts.by(reporter ? `${nameOf(reporter)} (${reporter.id})` : from, moment(report.ts, now)),
    ...(handled === null ? [] : [texts.handled(who(handledBy), moment(handled, now))]),
    ...(end === null ? [] : [texts.closedBy(who(closedBy), moment(end, now))]),
  ];
  return (
    <p className="report-course">
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </p>
  );
}

function Answers({ report, name, onChange, onRemoved, onLeave }: ReportRowProps & { name: string }) {
  const client = useClient();
  const view = useView();
  const texts = reportTexts();
  const isAdministrator = useMe()?.role === "admin";
  const there = useSelect((state) => state.channels[report.channel.id]?.info.membership === "joined");
  const removal = useSelect((state) => removalOf(state, report));
  const [busy, setBusy] = useState(false);
  const [sure, setSure] = useState(false);

  const setClosed = async (closed: boolean) => {
    const back = nextAnswer(report);
    setBusy(true);
    try {
      onChange(await update_report(report.id, closed));
      client.notices.show(closed ? texts.closedNotice : texts.reopenedNotice);
      onceLost(back, { inDialog: true });
    } catch (error) {
      client.actions.failed(error);
    }
    setBusy(false);
  };
  const visitIt = () => {
    onLeave();
    view.setDrawer(false);
    visit(report.channel.id, report.message_id);
  };

  return (
    <div className="report-answers">
      {there && !report.deleted ? (
        <Button size="small" variant="quiet" aria-label={texts.visitLabel(name)} onPress={visitIt}>
          {texts.visit}
        </Button>
      ) : null}
      {removal ? (
        <Button
          size="small"
          variant="quiet"
          aria-label={texts.removeLabel(name)}
          onPress={() => setSure(true)}
        >
          {texts.remove}
        </Button>
      ) : null}
      {report.closed ? null : (
        <Button
          size="small"
          isPending={busy}
          aria-label={texts.closeLabel(name)}
          onPress={() => void setClosed(true)}
        >
          {texts.close}
        </Button>
      )}
      {canReopen(isAdministrator, report) ? (
        <Button
          size="small"
          isPending={busy}
          aria-label={texts.reopenLabel(name)}
          onPress={() => void setClosed(false)}
        >
          {texts.reopen}
        </Button>
      ) : null}
      {sure && removal ? (
        <RemoveReported report={report} as={removal} onDone={onRemoved} onClose={() => setSure(false)} />
      ) : null}
    </div>
  );
}
