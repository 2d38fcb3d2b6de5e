/** Signs without a shape that turn the direction of what follows: in a name they would reverse what stands around it. */
const TURNING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** A name, or another text from somebody, to stand in a text of ours. */
export const straight = (text: string): string => text.replace(TURNING, "");
