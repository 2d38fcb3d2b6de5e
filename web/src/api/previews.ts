import { client } from "./generated/client.gen";

/** What is to be seen at an address, as the sender's server found it. */
export interface Preview {
  /** As it stands in the text. */
  url: string;
  title: string;
  description: string | null;
  /** What the page calls the place that it is part of. */
  site: string | null;
}

/** Asked for by who writes the address, and by nobody who reads it. */
export const get_preview = (url: string) =>
  client.get({
    url: "/previews",
    query: { url },
    responseStyle: "data",
  }) as Promise<unknown> as Promise<Preview>;
