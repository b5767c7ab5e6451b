import { expectAll } from '../../harness/expectations.mjs';

export default {
  title: 'read, transform and `bulkWrite` 200,000 documents in chunks of 5,000',
  order: 7,
  size: 200_000,
  quickSize: 7_000,
  command: 'up',
  data: 'documents',
  writes: 'documents',
  reach: { wall: 0.6, memory: 0.6 },
  expect: (run) => expectAll(run, { fullName: /^Given\d+ Family\d+$/, city: /^[^a-z]+$/, note: { $exists: false } }),
};
