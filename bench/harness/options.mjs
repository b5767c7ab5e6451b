/** The command line of the harness. Refuses what it doesn't know. */
import path from 'node:path';
import { parseArgs } from 'node:util';

import { REPOSITORY } from './folders.mjs';

const USAGE = `node bench/run.mjs [options]
  --scenario NAME...   only these scenarios (repeatable; default: all but the huge ones)
  --runs N             measured rounds per scenario (default 5; one more is run first and not counted)
  --against MAJOR...   migrate-mongo 12, 14 or both (repeatable; default both)
  --dialect NAME       migrate-mongo (default): mmk-js finds migrate-mongo-config.js, as a team that changes over would run it;
                       mmk: no config file, --uri --db --dir, and mmk-js keeps its own records
  --mmk PATH           the binary (default target/release/mmk-js)
  --uri URI            a running server that may be written to (default: a throwaway one, its data in memory)
  --quick              small data, one round: does everything still run?
  --share N            with --quick: at least an Nth of the whole data, so that V8 compiles and collects as it does in long runs
  --json FILE          every single measurement, too`;

const FLAGS = {
  scenario: { type: 'string', multiple: true, default: [] },
  runs: { type: 'string' },
  against: { type: 'string', multiple: true, default: ['12', '14'] },
  dialect: { type: 'string', default: 'migrate-mongo' },
  mmk: { type: 'string', default: path.join(REPOSITORY, 'target/release/mmk-js') },
  uri: { type: 'string' },
  quick: { type: 'boolean', default: false },
  share: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
};

/**
 * @param {string[]} argv
 * @returns {{ scenarios: string[], runs: number, against: string[], dialect: 'migrate-mongo' | 'mmk', mmk: string, uri?: string, quick: boolean, share: number, json?: string }}
 */
export function readOptions(argv) {
  const { values, positionals } = parse(argv);
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const runs = Number(values.runs ?? (values.quick ? 1 : 5));
  if (!Number.isInteger(runs) || runs < 1) stop('`--runs` needs a whole number from 1');
  const share = Number(values.share ?? Infinity);
  if (!(share >= 1)) stop('`--share` needs a number from 1');
  const unknown = values.against.find((major) => !['12', '14'].includes(major));
  if (unknown) stop(`\`--against ${unknown}\`: only 12 and 14 are known`);
  if (!['migrate-mongo', 'mmk'].includes(values.dialect)) stop(`\`--dialect ${values.dialect}\`: only migrate-mongo and mmk are known`);
  return {
    // `--scenario scan bulk` names two.
    scenarios: [...values.scenario, ...positionals],
    runs,
    against: values.against,
    dialect: values.dialect,
    mmk: path.resolve(values.mmk),
    uri: values.uri,
    quick: values.quick,
    share,
    json: values.json && path.resolve(values.json),
  };
}

function parse(argv) {
  try {
    return parseArgs({ args: argv, options: FLAGS, allowPositionals: true });
  } catch (error) {
    return stop(error.message);
  }
}

function stop(message) {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}
