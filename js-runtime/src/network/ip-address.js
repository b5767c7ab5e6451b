/** What is an IP address and what is not, by Node's rules. */

const OCTET = /^(0|[1-9]\d{0,2})$/;

/** @returns {0|4|6} */
export function isIP(text) {
  const value = `${text}`;
  const octets = value.split('.');
  if (octets.length === 4 && octets.every((octet) => OCTET.test(octet) && Number(octet) < 256)) {
    return 4;
  }
  if (!/^[0-9a-f:.]+(%[0-9a-z-.:]+)?$/i.test(value) || !value.includes(':')) {
    return 0;
  }
  return URL.canParse(`http://[${value.replace(/%.*$/, '')}]`) ? 6 : 0;
}

export const isIPv4 = (text) => isIP(text) === 4;
export const isIPv6 = (text) => isIP(text) === 6;
