/** `punycode`: RFC 3492 for domain names. Kept for libraries; new code has URL. */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 128;

function adapt(delta, count, first) {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / count);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) {
    rest = Math.floor(rest / (BASE - T_MIN));
  }
  return Math.floor(k + ((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

const threshold = (k, bias) => Math.min(Math.max(k - bias, T_MIN), T_MAX);
const digitOf = (value) => String.fromCharCode(value < 26 ? value + 97 : value + 22);

function valueOf(code) {
  if (code >= 48 && code < 58) {
    return code - 22;
  }
  if (code >= 65 && code < 91) {
    return code - 65;
  }
  return code >= 97 && code < 123 ? code - 97 : BASE;
}

export function decode(input) {
  const basic = Math.max(input.lastIndexOf('-'), 0);
  const output = [];
  for (let index = 0; index < basic; index += 1) {
    if (input.charCodeAt(index) >= 0x80) {
      throw new RangeError('Illegal input >= 0x80 (not a basic code point)');
    }
    output.push(input.charCodeAt(index));
  }
  let [n, i, bias] = [INITIAL_N, 0, INITIAL_BIAS];
  for (let index = basic > 0 ? basic + 1 : 0; index < input.length;) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = index < input.length ? valueOf(input.charCodeAt(index)) : BASE;
      index += 1;
      if (digit >= BASE) {
        throw new RangeError('Invalid input');
      }
      i += digit * weight;
      const t = threshold(k, bias);
      if (digit < t) {
        break;
      }
      weight *= BASE - t;
    }
    const size = output.length + 1;
    bias = adapt(i - before, size, before === 0);
    n += Math.floor(i / size);
    i %= size;
    output.splice(i, 0, n);
    i += 1;
  }
  return String.fromCodePoint(...output);
}

export function encode(input) {
  const points = Array.from(input, (character) => character.codePointAt(0));
  let output = points.filter((point) => point < 0x80).map((point) => String.fromCharCode(point)).join('');
  const basic = output.length;
  if (basic > 0) {
    output += '-';
  }
  let [n, delta, bias, handled] = [INITIAL_N, 0, INITIAL_BIAS, basic];
  while (handled < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) {
        delta += 1;
      }
      if (point === n) {
        let q = delta;
        for (let k = BASE; ; k += BASE) {
          const t = threshold(k, bias);
          if (q < t) {
            break;
          }
          output += digitOf(t + ((q - t) % (BASE - t)));
          q = Math.floor((q - t) / (BASE - t));
        }
        output += digitOf(q);
        bias = adapt(delta, handled + 1, handled === basic);
        delta = 0;
        handled += 1;
      }
    }
    delta += 1;
    n += 1;
  }
  return output;
}

function mapDomain(domain, convert) {
  const at = domain.lastIndexOf('@');
  const prefix = at === -1 ? '' : domain.slice(0, at + 1);
  const labels = domain.slice(at + 1).replace(/[\u3002\uff0e\uff61]/g, '.').split('.');
  return prefix + labels.map(convert).join('.');
}

export function toASCII(domain) {
  return mapDomain(domain, (label) => (/[^\0-\x7f]/.test(label) ? `xn--${encode(label)}` : label));
}

export function toUnicode(domain) {
  return mapDomain(domain, (label) => (label.startsWith('xn--') ? decode(label.slice(4).toLowerCase()) : label));
}

/** Through URL, which knows the full rules for host names. */
export function domainToASCII(domain) {
  try {
    return new URL(`ws://${domain}`).hostname;
  } catch {
    return '';
  }
}

export function domainToUnicode(domain) {
  const ascii = domainToASCII(domain);
  return ascii === '' ? '' : toUnicode(ascii);
}

const ucs2 = {
  decode: (text) => Array.from(text, (character) => character.codePointAt(0)),
  encode: (points) => String.fromCodePoint(...points),
};

export default { version: '2.1.0', ucs2, decode, encode, toASCII, toUnicode };
