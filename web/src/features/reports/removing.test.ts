import { beforeEach, expect, it, vi } from "vitest";
import { remove_message } from "../../api/admin";
import { ApiError } from "../../api/http";
import { update_report } from "../../api/reports";
import type { Report } from "../../api/types";
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
  expect(await removeReported(client, report(), "moderator", "")).toBe(true);
  expect(actions.remove).toHaveBeenCalledWith("!room", "$said");
  expect(update_report).toHaveBeenCalledExactlyOnceWith(7, true);
  expect(await removeReported(client, report({ closed_ts: 5 }), "moderator", "")).toBe(true);
  expect(update_report).toHaveBeenCalledTimes(1);
});

it("a report that can't be closed is told of: the message is deleted all the same", async () => {
  const { client, actions } = as("admin");
  vi.mocked(update_report).mockRejectedValue(refused);
  expect(await removeReported(client, report(), "moderator", "")).toBe(true);
  expect(actions.failed).toHaveBeenCalledWith(refused);
});

it("nothing is closed by a moderator, nor after what was refused", async () => {
  expect(await removeReported(as("user").client, report(), "moderator", "")).toBe(true);
  const { client, actions } = as("admin");
  actions.remove.mockResolvedValue(false);
  expect(await removeReported(client, report(), "moderator", "")).toBe(false);
  expect(update_report).not.toHaveBeenCalled();
});

it("deleted as an administrator the server closes it, at once or when the channel's server has answered", async () => {
  const { client, actions, notices } = as("admin");
  vi.mocked(remove_message).mockResolvedValueOnce(false as never);
  expect(await removeReported(client, report(), "administrator", "spam")).toBe(true);
  expect(remove_message).toHaveBeenCalledWith("!room", "$said", "spam");
  expect(notices.show).not.toHaveBeenCalled();
  vi.mocked(remove_message).mockResolvedValueOnce({} as never);
  expect(await removeReported(client, report(), "administrator", "spam")).toBe(true);
  expect(notices.show).toHaveBeenCalledTimes(1);
  vi.mocked(remove_message).mockRejectedValueOnce(refused);
  expect(await removeReported(client, report(), "administrator", "spam")).toBe(false);
  expect(actions.failed).toHaveBeenCalledWith(refused);
  expect(update_report).not.toHaveBeenCalled();
});
