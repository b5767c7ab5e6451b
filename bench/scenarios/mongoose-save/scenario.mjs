import { expectAll } from '../../harness/expectations.mjs';

export default {
  title: 'mongoose: cursor and `save()` of 20,000 documents',
  order: 11,
  size: 20_000,
  quickSize: 500,
  command: 'up',
  data: 'documents',
  writes: 'documents',
  reach: { wall: 0.8, memory: 0.6 },
  expect: (run) => expectAll(run, { displayName: /^Given\d+ Family\d+$/, adult: true }),
};
