import { beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "../../api/http";
import { create_account, create_session } from "../../api/operations";
import type { SignedIn } from "../../api/types";
import { Registering } from "./registering";

vi.mock("../../api/operations");

const account = { username: "ada", password: "correct horse", device_name: "d", cookie: true } as const;
const LOST = new ApiError({ status: 0, code: "network" });
const TAKEN = new ApiError({ status: 409, code: "username_taken" });
const WRONG = new ApiError({ status: 401, code: "bad_credentials" });
const IN = { user: { id: "@ada:test" } } as SignedIn;
let registering: Registering;

beforeEach(() => {
  registering = new Registering();
  vi.mocked(create_account).mockReset();
  vi.mocked(create_session).mockReset();
});

it("lets somebody in whose account was made, though the answer was lost", async () => {
  vi.mocked(create_account).mockRejectedValue(LOST);
  vi.mocked(create_session).mockResolvedValue(IN);
  expect(await registering.register(account)).toBe(IN);
  expect(create_session).toHaveBeenCalledWith(account);
});

it("lets them in also when they try again", async () => {
  vi.mocked(create_account).mockRejectedValueOnce(LOST);
  vi.mocked(create_session).mockRejectedValueOnce(LOST);
  await expect(registering.register(account)).rejects.toBe(LOST);
  for (const code of ["invite_invalid", "username_taken"]) {
    const taken = new ApiError({ status: 409, code });
    vi.mocked(create_account).mockRejectedValueOnce(taken);
    vi.mocked(create_session).mockRejectedValueOnce(WRONG);
    await expect(registering.register(account)).rejects.toBe(taken);
  }
  vi.mocked(create_account).mockRejectedValueOnce(TAKEN);
  vi.mocked(create_session).mockResolvedValueOnce(IN);
  expect(await registering.register(account)).toBe(IN);
});

it("tries no passwords where somebody else has the name", async () => {
  vi.mocked(create_account).mockRejectedValueOnce(TAKEN);
  await expect(registering.register(account)).rejects.toBe(TAKEN);
  vi.mocked(create_account).mockRejectedValueOnce(LOST);
  vi.mocked(create_session).mockRejectedValueOnce(LOST);
  await expect(registering.register(account)).rejects.toBe(LOST);
  vi.mocked(create_account).mockRejectedValueOnce(TAKEN);
  await expect(registering.register({ ...account, username: "bo" })).rejects.toBe(TAKEN);
  expect(create_session).toHaveBeenCalledTimes(1);
});
