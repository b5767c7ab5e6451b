import { expectOneResult } from '../../harness/expectations.mjs';

export default {
  title: '`up` with one migration that loads mongoose',
  order: 3,
  size: 1,
  quickSize: 1,
  command: 'up',
  data: 'nothing',
  writes: 'results',
  reach: { memory: 0.6 },
  expect: (run) => expectOneResult(run, { paths: ['_id', 'name', 'tags'] }),
};
