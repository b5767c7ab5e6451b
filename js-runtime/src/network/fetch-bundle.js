/** The bundle of `fetch` and its classes: undici's, as in Node. Nothing is evaluated before it is asked for. */
/* global require -- replaced by the bundler */
export { connectShared } from './shared.js';

export const modules = {
  'internal/fetch': () => require('./fetch.js').default,
};
