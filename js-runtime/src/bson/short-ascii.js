/**
 * Reads short ASCII strings straight out of a byte array. A call of `String.fromCharCode` with a fixed number of
 * arguments makes a flat string that keeps nothing else alive and costs less than any decoder call up to here;
 * beyond `LONGEST_SHORT_STRING` bytes it refuses, and so it does for any byte that isn't ASCII.
 */

export const LONGEST_SHORT_STRING = 24;

const fromCharCode = String.fromCharCode;

/**
 * @param {Uint8Array} b the bytes
 * @param {number} s where the string starts
 * @param {number} length its length in bytes, at most LONGEST_SHORT_STRING
 * @returns {string | null} null when a byte isn't ASCII
 */
export function readShortAscii(b, s, length) {
  switch (length) {
    case 0:
      return '';
    case 1: {
      const c0 = b[s];
      return c0 < 128 ? fromCharCode(c0) : null;
    }
    case 2: {
      const c0 = b[s], c1 = b[s + 1];
      const all = c0 | c1;
      return all < 128 ? fromCharCode(c0, c1) : null;
    }
    case 3: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2];
      const all = c0 | c1 | c2;
      return all < 128 ? fromCharCode(c0, c1, c2) : null;
    }
    case 4: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3];
      const all = c0 | c1 | c2 | c3;
      return all < 128 ? fromCharCode(c0, c1, c2, c3) : null;
    }
    case 5: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4];
      const all = c0 | c1 | c2 | c3 | c4;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4) : null;
    }
    case 6: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5];
      const all = c0 | c1 | c2 | c3 | c4 | c5;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5) : null;
    }
    case 7: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6) : null;
    }
    case 8: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7) : null;
    }
    case 9: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8) : null;
    }
    case 10: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9) : null;
    }
    case 11: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) : null;
    }
    case 12: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11) : null;
    }
    case 13: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12) : null;
    }
    case 14: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13) : null;
    }
    case 15: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14) : null;
    }
    case 16: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15) :
        null;
    }
    case 17: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16)
        : null;
    }
    case 18: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16], c17 = b[s + 17];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 |
        c17;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,
        c17) : null;
    }
    case 19: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16], c17 = b[s + 17], c18 = b[s + 18];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 |
        c17 | c18;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,
        c17, c18) : null;
    }
    case 20: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16], c17 = b[s + 17], c18 = b[s + 18], c19 =
        b[s + 19];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 |
        c17 | c18 | c19;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,
        c17, c18, c19) : null;
    }
    case 21: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16], c17 = b[s + 17], c18 = b[s + 18], c19 =
        b[s + 19], c20 = b[s + 20];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 |
        c17 | c18 | c19 | c20;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,
        c17, c18, c19, c20) : null;
    }
    case 22: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16], c17 = b[s + 17], c18 = b[s + 18], c19 =
        b[s + 19], c20 = b[s + 20], c21 = b[s + 21];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 |
        c17 | c18 | c19 | c20 | c21;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,
        c17, c18, c19, c20, c21) : null;
    }
    case 23: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16], c17 = b[s + 17], c18 = b[s + 18], c19 =
        b[s + 19], c20 = b[s + 20], c21 = b[s + 21], c22 = b[s + 22];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 |
        c17 | c18 | c19 | c20 | c21 | c22;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,
        c17, c18, c19, c20, c21, c22) : null;
    }
    case 24: {
      const c0 = b[s], c1 = b[s + 1], c2 = b[s + 2], c3 = b[s + 3], c4 = b[s + 4], c5 = b[s + 5], c6 = b[s + 6],
        c7 = b[s + 7], c8 = b[s + 8], c9 = b[s + 9], c10 = b[s + 10], c11 = b[s + 11], c12 = b[s + 12], c13 =
        b[s + 13], c14 = b[s + 14], c15 = b[s + 15], c16 = b[s + 16], c17 = b[s + 17], c18 = b[s + 18], c19 =
        b[s + 19], c20 = b[s + 20], c21 = b[s + 21], c22 = b[s + 22], c23 = b[s + 23];
      const all = c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7 | c8 | c9 | c10 | c11 | c12 | c13 | c14 | c15 | c16 |
        c17 | c18 | c19 | c20 | c21 | c22 | c23;
      return all < 128 ? fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,
        c17, c18, c19, c20, c21, c22, c23) : null;
    }
    default:
      return null;
  }
}
