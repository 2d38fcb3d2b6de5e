import { describe, expect, it } from "vitest";
import type { Channel, Message, Notification } from "../../api/types";
import { reduce } from "../../store/reducer";
import { initialState, type State } from "../../store/state";
import { BO, channel, ME, ROOM, user } from "../../store/testing";
import { announcement } from "./announcing";

const ELSEWHERE = "!elsewhere";
const DM = "!dm";
const here = { channel: ROOM, thread: null };

const rooms = (garden: Partial<Channel> = {}) => [
  channel(),
  channel({ id: ELSEWHERE, name: "garden", ...garden }),
  channel({ id: DM, kind: "dm", name: "", people: [user(ME), user(BO)] }),
];
const stateOf = (infos: Channel[]) =>
  ({
    ...reduce(initialState, { type: "signed_in", user: user(ME) }),
    users: { [ME]: user(ME), [BO]: { ...user(BO), display_name: "Bo" } },
    channels: Object.fromEntries(infos.map((info) => [info.id, { info }])),
  }) as unknown as State;
const state = stateOf(rooms());

const message = (over: Partial<Message> = {}): Message => ({
  id: "$1",
  channel: ROOM,
  seq: 5,
  sender: BO,
  ts: 1,
  text: "**hi**",
  reactions: [],
  attachments: [],
  previews: [],
  mentions: [],
  status: "sent",
  ...over,
});
const file = { hash: "h", name: "map.png", media_type: "image/png", size: 3 };
const heard = (messages: Message[], told: Message[] = []) => ({
  messages,
  notifications: told.map((each) => ({ message: each, kind: "mention" }) as unknown as Notification),
  live: true,
});
const said = (
  messages: Message[],
  told: Message[] = [],
  at: typeof here | { channel: string; thread: string } = here,
) => announcement(heard(messages, told), state, at);

describe("announcement", () => {
  it("what is said here, with its files", () => {
    expect(said([message()])).toBe("Bo: hi");
    expect(said([message({ text: "", attachments: [file] })])).toBe("Bo: Files: map.png");
    expect(said([message({ attachments: [file] })])).toBe("Bo: hi Files: map.png");
    const described = { ...file, description: "A map\nof the harbour" };
    expect(said([message({ text: "", attachments: [described, file] })])).toBe(
      "Bo: Files: A map of the harbour, map.png",
    );
    const long = { ...file, description: "word ".repeat(200) };
    expect(said([message({ text: "", attachments: [long] })])).toMatch(/^Bo: Files: (word )+word…$/);
    expect(said([message({ text: "", attachments: [long] })])?.length).toBeLessThan(220);
    expect(said([message(), message({ id: "$2" })])).toBe("2 new messages");
    expect(said([message({ sender: ME })])).toBeNull();
  });

  it("a reply in a thread that is not open", () => {
    const reply = message({ thread: "$0" });
    expect(said([reply])).toBe("Bo, in a thread: hi");
    expect(said([reply], [], { channel: ROOM, thread: "$0" })).toBe("Bo: hi");
  });

  it("elsewhere only what is for the person, with its place", () => {
    const there = message({ channel: ELSEWHERE });
    expect(said([there])).toBeNull();
    expect(said([there], [there])).toBe("Bo in #garden: hi");
    expect(said([], [message({ channel: DM })])).toBe("Bo, direct message: hi");
    expect(announcement({ ...heard([], [there]), live: false }, state, here)).toBeNull();
  });

  it("nothing of a conversation that is muted", () => {
    const muted = stateOf(rooms({ notify: "none" }));
    expect(announcement(heard([], [message({ channel: ELSEWHERE })]), muted, here)).toBeNull();
  });

  it("a reminder is told as such, wherever one is and however silent its channel", () => {
    const told = (over: Partial<Message>, live = true) =>
      announcement(
        { ...heard([], [message(over)]), notifications: [reminderOf(message(over))], live },
        stateOf(rooms({ notify: "none" })),
        here,
      );
    const reminderOf = (of: Message) => ({ message: of, kind: "reminder" }) as unknown as Notification;
    expect(told({})).toBe("Reminder: Bo in #room: hi");
    expect(told({ channel: ELSEWHERE })).toBe("Reminder: Bo in #garden: hi");
    expect(told({}, false)).toBeNull();
  });
});
