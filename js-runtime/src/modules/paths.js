/**
 * File paths and `file:` URLs, as far as the module system needs them before any Node module is made.
 */

/** The folder of an absolute path. */
export function folderOf(path) {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

/** The `file:` URL of an absolute path, as text. */
export function urlOf(path) {
  return `file://${encodeURI(path.replace(/%/g, '%25')).replace(/[?#]/g, encodeURIComponent)}`;
}

/** The path of a `file:` URL or its text; `undefined` for anything else. */
export function pathOf(url) {
  const text = typeof url === 'string' ? url : url?.href;
  if (typeof text !== 'string' || !text.startsWith('file://')) {
    return undefined;
  }
  return decodeURIComponent(new URL(text).pathname);
}

/** Whether a request names a place in the file system rather than a package. */
export function isRelativeOrAbsolute(request) {
  return /^(?:\/|\.{1,2}(?:\/|$))/.test(request);
}
