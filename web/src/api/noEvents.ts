// In the place of the generated client's server-sent events (vite.config.ts): the API has none, and whoever opens the page
// would wait for them.

export const createSseClient = (): never => {
  throw new Error("the API has no server-sent events");
};
