import { expectAll } from '../../harness/expectations.mjs';

export default {
  title: 'the same without mongoose: built-in models, `batchSaves`',
  order: 11.2,
  size: 20_000,
  quickSize: 500,
  command: 'up',
  data: 'documents',
  writes: 'documents',
  folder: 'mongoose-save',
  mmkMigrations: 'batched',
  reach: { wall: 0.2, memory: 0.6 },
  expect: (run) => expectAll(run, { displayName: /^Given\d+ Family\d+$/, adult: true }),
};
