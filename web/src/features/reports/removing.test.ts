import { beforeEach, expect, it, vi } from "vitest";
import { remove_message } from "../../api/admin";
import { ApiError } from "../../api/http";
import { type Report, update_report } from "../../api/reports";
import type { Client } from "../client/client";
import { removeReported } from "./removing";

vi.mock("../../api/admin");
vi.mock("../../api/reports");

const report = (over: Partial<Report> = {}) =>
  ({ id: 7, channel: { id: "!room" }, message_id: "$said", closed_ts: null, ...over }) as Report;
const refused = new ApiError({ status: 503, code: "busy" });

function as(role: "user" | "admin") {
  const actions = { remove: vi.fn().mockResolvedValue(true), failed: vi.fn() };
  const notices = { show: vi.fn() };
  const store = { getState: () => ({ me: { role } }) };
  return { actions, notices, client: { actions, notices, store } as unknown as Client };
}

beforeEach(() => {
  vi.resetAllMocks();
  vi.mocked(update_report).mockResolvedValue(report());
});

it("an administrator who deletes as a moderator closes the report for administrators, too", async () => {
  const { client, actions } = as("admin");
  expect(await removeReported(client, report(), "moderator", "", false)).toBe("done");
  expect(actions.remove).toHaveBeenCalledWith("!room", "$said");
  expect(update_report).toHaveBeenCalledExactlyOnceWith(7, true);
  expect(await removeReported(client, report({ closed_ts: 5 }), "moderator", "", false)).toBe("done");
  expect(update_report).toHaveBeenCalledTimes(1);
});

it("a report that can't be closed is told of: the message is deleted all the same", async () => {
  const { client, actions } = as("admin");
  vi.mocked(update_report).mockRejectedValue(refused);
  expect(await removeReported(client, report(), "moderator", "", false)).toBe("done");
  expect(actions.failed).toHaveBeenCalledWith(refused);
});

it("nothing is closed by a moderator, nor after what was refused", async () => {
  expect(await removeReported(as("user").client, report(), "moderator", "", false)).toBe("done");
  const { client, actions } = as("admin");
  actions.remove.mockResolvedValue(false);
  expect(await removeReported(client, report(), "moderator", "", false)).toBe("failed");
  expect(update_report).not.toHaveBeenCalled();
});

it("deleted as an administrator the server closes it, at once or when the channel's server has answered", async () => {
  const { client, actions, notices } = as("admin");
  vi.mocked(remove_message).mockResolvedValueOnce(false as never);
  expect(await removeReported(client, report(), "administrator", "spam", false)).toBe("done");
  expect(remove_message).toHaveBeenCalledWith("!room", "$said", "spam", false);
  expect(notices.show).not.toHaveBeenCalled();
  vi.mocked(remove_message).mockResolvedValueOnce({} as never);
  expect(await removeReported(client, report(), "administrator", "spam", false)).toBe("done");
  expect(notices.show).toHaveBeenCalledTimes(1);
  vi.mocked(remove_message).mockRejectedValueOnce(refused);
  expect(await removeReported(client, report(), "administrator", "spam", false)).toBe("failed");
  expect(actions.failed).toHaveBeenCalledWith(refused);
  expect(update_report).not.toHaveBeenCalled();
});

it("what is out of reach is not told as a failure: it can be taken from this server alone", async () => {
  const { client, actions } = as("admin");
  const far = new ApiError({ status: 403, code: "out_of_reach" });
  vi.mocked(remove_message).mockRejectedValueOnce(far);
  expect(await removeReported(client, report(), "administrator", "spam", false)).toBe("out_of_reach");
  expect(actions.failed).not.toHaveBeenCalled();
  vi.mocked(remove_message).mockResolvedValueOnce(false as never);
  expect(await removeReported(client, report(), "administrator", "spam", true)).toBe("done");
  expect(remove_message).toHaveBeenLastCalledWith("!room", "$said", "spam", true);
  // It is offered once.
  vi.mocked(remove_message).mockRejectedValueOnce(far);
  expect(await removeReported(client, report(), "administrator", "spam", true)).toBe("failed");
  expect(actions.failed).toHaveBeenCalledExactlyOnceWith(far);
});
