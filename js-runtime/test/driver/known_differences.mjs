/** Cases whose outcomes differ on purpose: a function brings both to what must still be equal. */

export const KNOWN_DIFFERENCES = {};
