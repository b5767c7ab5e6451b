import scan from '../scan/scenario.mjs';

export default {
  ...scan,
  title: '`for await` over 2,000,000 documents: does memory stay flat?',
  order: 99,
  size: 2_000_000,
  quickSize: 20_000,
  set: 'on request',
  folder: 'scan',
};
