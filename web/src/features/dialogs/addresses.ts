// Names of servers, and addresses of people and channels on them, as people type them.

const SERVER = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LOCAL = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** `chat.example.org`, or null while it is not a whole name. */
export function serverName(text: string): string | null {
  const name = text.trim().toLowerCase();
  return SERVER.test(name) ? name : null;
}

function address(sign: "#" | "@", text: string): string | null {
  const typed = text.trim().toLowerCase();
  const bare = typed.startsWith(sign) ? typed.slice(1) : sign === "@" ? typed : "";
  const [local, server, ...rest] = bare.split(":");
  if (rest.length > 0 || !local || !server) return null;
  return LOCAL.test(local) && SERVER.test(server) ? `${sign}${local}:${server}` : null;
}

/** `#general:chat.example.org` */
export const fullAlias = (text: string): string | null => address("#", text);

/** `@ann:chat.example.org`, also without its sign. */
export const fullUserId = (text: string): string | null => address("@", text);
