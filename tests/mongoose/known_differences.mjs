/** Cases */ export const KNOWN_DIFFERENCES = {};
