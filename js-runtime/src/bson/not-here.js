/** Thrown, without the cost of a stack, for everything the hot path leaves to js-bson. It never reaches a caller. */
export const NOT_HERE = Object.freeze({ reason: 'left to js-bson' });
