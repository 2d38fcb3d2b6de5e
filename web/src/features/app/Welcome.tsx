import { Suspense } from "react";
import { t } from "../../i18n";
import { Media, useMedia } from "../../lib/media";
import { Icon, type IconName } from "../../ui/Icon";
import { Arcade } from "../../ui/Logo";
import { ListSkeleton } from "../../ui/bits";
import { Boundary } from "../../ui/Boundary";
import { later } from "../../ui/later";
import { displayName } from "../../store/selectors";
import { mayFoundChannels } from "../client/rights";
import { Lists } from "../sidebar/Lists";
import { MenuButton } from "../sidebar/MenuButton";
import { useMe, useSelect } from "./context";
import { type DialogView, useView } from "./view";

const FirstChannels = later(() => import("./FirstChannels"), { soon: true });

// As in layout.css: there the conversations wait out of sight, and one is to be picked.
const SMALL = new Media("(max-width: 720px)");

/** Where nothing is chosen: the first run leads to a first message from here. */
export function Welcome() {
  const me = useMe();
  const mayFound = useSelect(mayFoundChannels);
  const synced = useSelect((state) => state.synced);
  const first = useSelect((state) => Object.keys(state.channels).length === 0);
  const small = useMedia(SMALL);
  const name = displayName(me ?? undefined, me?.id ?? "");
  return (
    <div className="welcome-page">
      <header className="conversation-head welcome-head">
        <MenuButton active={null} />
      </header>
      {synced ? (
        <section className="welcome" aria-labelledby="welcome-title">
          <Arcade />
          <h1 id="welcome-title">{first ? t.welcome.title(name) : t.welcome.back(name)}</h1>
          <p>{first ? t.welcome.text : t.welcome.backText}</p>
          {small && !first ? (
            <div className="welcome-lists">
              <Lists active={null} />
            </div>
          ) : null}
          <div className="welcome-cards">
            <Card
              icon="compass"
              title={t.welcome.browse}
              hint={t.welcome.browseHint}
              dialog={{ kind: "directory" }}
            />
            {mayFound ? (
              <Card
                icon="hash"
                title={t.welcome.create}
                hint={t.welcome.createHint}
                dialog={{ kind: "create" }}
              />
            ) : null}
            <Card icon="message" title={t.welcome.dm} hint={t.welcome.dmHint} dialog={{ kind: "dm" }} />
          </div>
          {first ? (
            // What is public is an offer: without it, the directory is a press away.
            <Boundary fallback={() => null}>
              <Suspense>
                <FirstChannels />
              </Suspense>
            </Boundary>
          ) : null}
        </section>
      ) : (
        <div className="welcome">
          <ListSkeleton label={t.common.loading} />
        </div>
      )}
    </div>
  );
}

function Card({
  icon,
  title,
  hint,
  dialog,
}: {
  icon: IconName;
  title: string;
  hint: string;
  dialog: DialogView;
}) {
  const view = useView();
  return (
    <button type="button" className="welcome-card" onClick={() => view.openDialog(dialog)}>
      <Icon name={icon} />
      <span className="welcome-card-title">{title}</span>
      <span className="welcome-card-hint">{hint}</span>
    </button>
  );
}
