import * as sdk from "./generated/sdk.gen";

/** What is to be seen at an address, as the sender's server found it. */
export interface Preview {
  /** As it stands in the text. */
  url: string;
  title: string;
  description?: string;
  /** What the page calls the place that it is part of. */
  site?: string;
}

/** Asked for by who writes the address, and by nobody who reads it. */
export const get_preview = (url: string): Promise<Preview> => sdk.getPreview({ query: { url } });
