// People and channels whose names fit what is looked for, above the messages.

import { useCallback } from "react";
import { list_directory, list_users } from "../../api/operations";
import type { User } from "../../api/types";
import { threadTexts } from "../../i18n/threads";
import { Avatar } from "../../ui/Avatar";
import { ChannelPicture } from "../../ui/ChannelPicture";
import { channelName, displayName, joinedChannels } from "../../store/selectors";
import { useClient } from "../app/context";
import { go } from "../app/route";
import { useView } from "../app/view";
import { useSearch } from "../dialogs/useSearch";
import { pictureUrl } from "../files/pictures";

const SHOWN_MAX = 4;
/** Operators, phrases and exclusions are about messages. */
const PLAIN = /^[^:"*-]+$/u;

interface Place {
  id: string;
  name: string;
  picture: string | null;
  joined: boolean;
}

interface Found {
  query: string;
  people: User[];
  places: Place[];
}

const NOTHING: Found = { query: "", people: [], places: [] };

export function Others({ query }: { query: string }) {
  const client = useClient();
  const view = useView();
  const texts = threadTexts();
  const ask = useCallback(
    async (text: string): Promise<Found> => {
      if (text.length < 2 || !PLAIN.test(text)) return NOTHING;
      const state = client.store.getState();
      const wanted = text.toLowerCase();
      const mine = joinedChannels(state)
        .filter((channel) => channelName(state, channel).toLowerCase().includes(wanted))
        .map(({ info }) => ({ id: info.id, name: info.name, picture: pictureUrl(info), joined: true }));
      const [{ users }, { channels }] = await Promise.all([
        list_users({ query: text, limit: SHOWN_MAX }),
        list_directory({ query: text, limit: SHOWN_MAX }),
      ]);
      const open = channels
        .filter(({ id }) => !mine.some((place) => place.id === id))
        .map((entry) => ({
          id: entry.id,
          name: entry.name,
          picture: pictureUrl(entry),
          joined: entry.membership === "joined",
        }));
      return { query: text, people: users, places: [...mine, ...open].slice(0, SHOWN_MAX) };
    },
    [client],
  );
  const { found } = useSearch(query, ask);
  if (!found || found.query !== query) return null;
  const openPlace = async ({ id, joined }: Place) => {
    if (joined || (await client.actions.join(id))) go(id);
  };
  return (
    <div data-testid="search-others">
      {found.places.length > 0 ? (
        <ul className="search-others" aria-label={texts.channels}>
          {found.places.map((place) => (
            <li key={place.id}>
              <button type="button" onClick={() => void openPlace(place)}>
                <ChannelPicture picture={place.picture} icon="hash" size={22} />
                <span className="truncate">{place.name}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {found.people.length > 0 ? (
        <ul className="search-others" aria-label={texts.people}>
          {found.people.map((user) => (
            <li key={user.id}>
              <button type="button" onClick={() => view.openDialog({ kind: "profile", user: user.id })}>
                <Avatar id={user.id} name={displayName(user, user.id)} size={22} />
                <span className="truncate">{displayName(user, user.id)}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
