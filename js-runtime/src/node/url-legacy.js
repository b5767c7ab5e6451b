/** The `url.parse` family as Node documents it: splits a URL reference without resolving or checking it. */
import { parse as parseQuery, stringify as stringifyQuery } from './querystring.js';
import { invalidArgType } from './errors.js';
import { domainToASCII } from './punycode.js';

const SLASHED = new Set(['http', 'https', 'ftp', 'gopher', 'file', 'ws', 'wss'].flatMap((name) => [name, `${name}:`]));
const HOSTLESS = new Set(['javascript', 'javascript:']);
const HOST_ENDS = /[\s\t\r\n"'`<>{}|\\^%/?;#]/;
const ESCAPED = { '\t': '%09', '\n': '%0A', '\r': '%0D', ' ': '%20', '"': '%22', "'": '%27', '<': '%3C', '>': '%3E', '\\': '%5C', '^': '%5E', '`': '%60', '{': '%7B', '|': '%7C', '}': '%7D' };

export function Url() {
  this.protocol = null;
  this.slashes = null;
  this.auth = null;
  this.host = null;
  this.port = null;
  this.hostname = null;
  this.hash = null;
  this.search = null;
  this.query = null;
  this.pathname = null;
  this.path = null;
  this.href = null;
}

/** @returns {string} what of the host is none and so belongs to the path */
function readHost(url, authority) {
  const at = authority.lastIndexOf('@');
  if (at !== -1) {
    url.auth = decodeURIComponent(authority.slice(0, at));
  }
  const host = authority.slice(at + 1);
  const port = /:([0-9]*)$/.exec(host);
  if (port !== null) {
    url.port = port[1] === '' ? null : port[1];
  }
  const bare = port === null ? host : host.slice(0, -port[0].length);
  const bracketed = bare.startsWith('[') && bare.endsWith(']');
  const full = bracketed ? bare.slice(1, -1).toLowerCase() : bare.toLowerCase();
  // eslint-disable-next-line no-control-regex
  const end = bracketed ? -1 : full.search(/[^a-z0-9.+_\-\x80-\uffff]/);
  const lower = end === -1 ? full : full.slice(0, end);
  // eslint-disable-next-line no-control-regex
  url.hostname = !bracketed && /[^\x00-\x7f]/.test(lower) ? domainToASCII(lower) : lower;
  url.host = (bracketed ? `[${url.hostname}]` : url.hostname) + (url.port === null ? '' : `:${url.port}`);
  return end === -1 ? '' : `/${full.slice(end)}`;
}

/** Where user, host and port end: at the first character no host may hold, but not before the last `@`. */
function authorityEnd(rest) {
  const hard = rest.search(/[/?#]/);
  const limit = hard === -1 ? rest.length : hard;
  const at = rest.slice(0, limit).lastIndexOf('@');
  const from = at === -1 ? 0 : at + 1;
  const ended = rest.slice(from, limit).search(HOST_ENDS);
  return ended === -1 ? limit : from + ended;
}

export function parse(text, parseQueryString = false, slashesDenoteHost = false) {
  if (text instanceof Url) {
    return text;
  }
  if (typeof text !== 'string') {
    throw invalidArgType('url', 'string', text);
  }
  const url = new Url();
  let rest = text.trim();
  const queryAt = rest.search(/[?#]/);
  const head = queryAt === -1 ? rest : rest.slice(0, queryAt);
  rest = head.replaceAll('\\', '/') + (queryAt === -1 ? '' : rest.slice(queryAt));

  const protocol = /^([a-z0-9.+-]+:)/i.exec(rest)?.[1].toLowerCase();
  if (protocol !== undefined) {
    url.protocol = protocol;
    rest = rest.slice(protocol.length);
  }
  const hostless = HOSTLESS.has(protocol);
  let slashes = false;
  if ((slashesDenoteHost || protocol !== undefined || /^\/\/[^@/]+@[^@/]+/.test(rest)) && rest.startsWith('//') && !hostless) {
    slashes = true;
    url.slashes = true;
    rest = rest.slice(2);
  }
  if (!hostless && (slashes || (protocol !== undefined && !SLASHED.has(protocol)))) {
    const end = authorityEnd(rest);
    rest = readHost(url, rest.slice(0, end)) + rest.slice(end);
    if (rest !== '' && !/^[/?#]/.test(rest) && SLASHED.has(protocol)) {
      rest = `/${rest}`;
    }
  }
  readPath(url, hostless ? rest : rest.replace(/[\t\n\r "'<>\\^`{|}]/g, (character) => ESCAPED[character]), parseQueryString);
  if (SLASHED.has(protocol) && url.hostname && url.pathname === null) {
    url.pathname = '/';
  }
  if (url.pathname !== null || url.search !== null) {
    url.path = (url.pathname ?? '') + (url.search ?? '');
  }
  url.href = url.format();
  return url;
}

function readPath(url, text, parseQueryString) {
  let rest = text;
  const hash = rest.indexOf('#');
  if (hash !== -1) {
    url.hash = rest.slice(hash);
    rest = rest.slice(0, hash);
  }
  const search = rest.indexOf('?');
  if (search !== -1) {
    url.search = rest.slice(search);
    url.query = parseQueryString ? parseQuery(url.search.slice(1)) : url.search.slice(1);
    rest = rest.slice(0, search);
  } else if (parseQueryString) {
    url.search = null;
    url.query = Object.create(null);
  }
  if (rest !== '') {
    url.pathname = rest;
  }
}

export function format(value) {
  if (typeof value === 'string') {
    return parse(value).format();
  }
  if (typeof value !== 'object' || value === null) {
    throw invalidArgType('urlObject', ['Object', 'string'], value);
  }
  return Url.prototype.format.call(value);
}

Url.prototype.parse = function parseInto(text, parseQueryString, slashesDenoteHost) {
  return Object.assign(this, parse(text, parseQueryString, slashesDenoteHost));
};

Url.prototype.format = function formatUrl() {
  const auth = this.auth ? `${encodeURIComponent(this.auth).replace(/%3A/i, ':')}@` : '';
  let protocol = this.protocol ?? '';
  if (protocol !== '' && !protocol.endsWith(':')) {
    protocol += ':';
  }
  let host = false;
  if (this.host) {
    host = auth + this.host;
  } else if (this.hostname) {
    host = auth + (this.hostname.includes(':') && !this.hostname.startsWith('[') ? `[${this.hostname}]` : this.hostname);
    if (this.port) {
      host += `:${this.port}`;
    }
  }
  const query = this.query !== null && typeof this.query === 'object' ? stringifyQuery(this.query) : '';
  let search = this.search || (query && `?${query}`) || '';
  let pathname = (this.pathname ?? '').replace(/[?#]/g, encodeURIComponent);
  if (this.slashes || SLASHED.has(protocol)) {
    if (this.slashes || host) {
      if (pathname && !pathname.startsWith('/')) {
        pathname = `/${pathname}`;
      }
      host = `//${host || ''}`;
    } else if (protocol.startsWith('file')) {
      host = '//';
    }
  }
  search = search.replace(/#/g, '%23');
  let hash = this.hash ?? '';
  if (hash && !hash.startsWith('#')) {
    hash = `#${hash}`;
  }
  if (search && !search.startsWith('?')) {
    search = `?${search}`;
  }
  return protocol + (host || '') + pathname + search + hash;
};

/** Merges two references that have neither protocol nor host, keeping `..` that lead above the start. */
function resolveRelative(source, relative) {
  const [, path, query] = /^([^?#]*)(\?[^#]*)?/.exec(source);
  if (relative === '') {
    return path + (query ?? '');
  }
  if (relative.startsWith('#')) {
    return path + (query ?? '') + relative;
  }
  if (relative.startsWith('?')) {
    return path + relative;
  }
  const [, target, rest] = /^([^?#]*)(.*)$/s.exec(relative);
  const absolute = target.startsWith('/') || path.startsWith('/');
  const folder = target.startsWith('/') ? [] : path.split('/').slice(0, -1);
  const parts = [];
  const all = [...folder, ...target.split('/')];
  for (const part of all) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') {
      parts.pop();
    } else if (part === '..' ? !absolute : part !== '.' && part !== '') {
      parts.push(part);
    }
  }
  const slash = /(^|\/)(\.{0,2})$/.test(target) && parts.length > 0 ? '/' : '';
  return (absolute ? '/' : '') + parts.join('/') + slash + rest;
}

/** Resolves by WHATWG rules where there is a protocol. */
export function resolve(source, relative) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(relative)) {
    return parse(relative).href;
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(source)) {
    try {
      return new URL(relative, source).href;
    } catch {
      return relative;
    }
  }
  return source.startsWith('//') || relative.startsWith('//') ? new URL(relative, `http:${source}`).href.slice('http:'.length) : resolveRelative(source, relative);
}

export function resolveObject(source, relative) {
  return parse(resolve(typeof source === 'string' ? source : source.href, relative));
}

Url.prototype.resolve = function resolveUrl(relative) {
  return resolve(this.href, relative);
};
Url.prototype.resolveObject = function resolveUrlObject(relative) {
  return resolveObject(this.href, relative);
};
