/** `url`: the engine's WHATWG classes, file URLs, and Node's legacy `parse`, `format` and `resolve` over them. */
import { defineLazy } from './registry.js';
import { invalidArgType, nodeError } from './errors.js';
import { domainToASCII, domainToUnicode } from './punycode.js';
import { format as formatLegacy, parse, resolve, resolveObject, Url } from './url-legacy.js';

export function fileURLToPath(value) {
  let url = value;
  if (typeof url === 'string') {
    url = new URL(url);
  } else if (!(url instanceof URL) && !(url?.href && url.protocol)) {
    throw invalidArgType('path', ['string', 'URL'], url);
  }
  if (url.protocol !== 'file:') {
    throw nodeError(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  }
  if (url.hostname !== '') {
    throw nodeError(TypeError, 'ERR_INVALID_FILE_URL_HOST', 'File URL host must be "localhost" or empty on linux');
  }
  if (/%2f/i.test(url.pathname)) {
    throw nodeError(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must not include encoded / characters');
  }
  return decodeURIComponent(url.pathname);
}

const PATH_ESCAPES = { '%': '%25', '\\': '%5C', '\n': '%0A', '\r': '%0D', '\t': '%09', '?': '%3F', '#': '%23' };

export function pathToFileURL(path) {
  const absolute = globalThis.process.cwd && !path.startsWith('/') ? `${globalThis.process.cwd()}/${path}` : path;
  const kept = absolute.endsWith('/') ? '/' : '';
  const normal = normalizePath(absolute) + kept;
  return new URL(`file://${normal.replace(/[%\\\n\r\t?#]/g, (character) => PATH_ESCAPES[character])}`);
}

function normalizePath(path) {
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return `/${parts.join('/')}`;
}

export function urlToHttpOptions(url) {
  const options = {
    protocol: url.protocol,
    hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    hash: url.hash,
    search: url.search,
    pathname: url.pathname,
    path: `${url.pathname || ''}${url.search || ''}`,
    href: url.href,
  };
  if (url.port !== '') {
    options.port = Number(url.port);
  }
  if (url.username || url.password) {
    options.auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  }
  return options;
}

export function format(value, options = {}) {
  if (!(value instanceof URL)) {
    return formatLegacy(value);
  }
  const { auth = true, fragment = true, search = true, unicode = false } = options;
  const copy = new URL(value.href);
  if (!auth) {
    copy.username = '';
    copy.password = '';
  }
  if (!fragment) {
    copy.hash = '';
  }
  if (!search) {
    copy.search = '';
  }
  return unicode && copy.hostname !== '' ? copy.href.replace(copy.hostname, domainToUnicode(copy.hostname)) : copy.href;
}

const url = { Url, parse, resolve, resolveObject, format, fileURLToPath, pathToFileURL, urlToHttpOptions, domainToASCII, domainToUnicode };
for (const name of ['URL', 'URLSearchParams']) {
  defineLazy(url, name, () => globalThis[name], true);
}

export default url;
