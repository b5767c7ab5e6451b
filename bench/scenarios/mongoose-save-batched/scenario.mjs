import { expectAll } from '../../harness/expectations.mjs';

export default {
  title: 'mongoose: cursor and `save()` of 20,000 documents, `batchSaves`',
  order: 11.1,
  size: 20_000,
  quickSize: 500,
  command: 'up',
  data: 'documents',
  writes: 'documents',
  folder: 'mongoose-save',
  mmkMigrations: 'batched',
  reach: { wall: 0.25, memory: 0.6 },
  expect: (run) => expectAll(run, { displayName: /^Given\d+ Family\d+$/, adult: true }),
};
