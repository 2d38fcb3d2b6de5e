/** Signs without a shape that turn the direction of what follows: in a name they would reverse what stands around it. */
const TURNING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** What nobody sees: blanks, signs without a shape, marks with no letter to stand on. */
const UNSEEN = /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{M}\p{Cc}\p{Cf}\u2800]*$/u;

/** A name, or another text from somebody, to stand in a text of ours. Empty if nobody would see anything of it. */
export const straight = (text: string): string => (UNSEEN.test(text) ? "" : text.replace(TURNING, ""));
