/** `fetch` and its classes: undici's own, the same that Node has built in. A refused connection is told as the refusal it is. */
// Before undici, which takes a function of `performance` while it is evaluated.
import 'node:perf_hooks';
import { fetch as undiciFetch } from 'undici/lib/web/fetch';
import { FormData } from 'undici/lib/web/fetch/formdata';
import { Headers } from 'undici/lib/web/fetch/headers';
import { Request } from 'undici/lib/web/fetch/request';
import { Response } from 'undici/lib/web/fetch/response';
import * as registry from '../node/registry.js';

async function fetch(input, init = undefined) {
  // While files are only checked, no server is asked; undici would give up waiting for the connection.
  if (registry.native.host.offline) {
    return new Promise(() => {});
  }
  const activity = registry.builtin('internal/http-activity');
  const done = activity.taskBegins(`fetch ${placeOf(input)}`);
  try {
    return await undiciFetch(input, init);
  } catch (error) {
    if (error?.cause?.code === 'ERR_ACCESS_DENIED') {
      throw error.cause;
    }
    if (error !== null && typeof error === 'object') {
      Error.captureStackTrace(error, fetch);
    }
    throw error;
  } finally {
    done();
  }
}

/** Where a request goes, without its credentials and its query. */
function placeOf(input) {
  const url = URL.canParse(input?.url ?? input) ? new URL(input?.url ?? input) : undefined;
  return url === undefined ? '' : `${url.origin}${url.protocol === 'data:' ? '' : url.pathname}`;
}

export default { fetch, FormData, Headers, Request, Response };
