/** The result as a Markdown table, as docs/benchmarks.md shows it. */

const COLUMNS = ['scenario', 'against', 'wall s', 'ratio', 'aim', 'CPU s', 'ratio', 'peak MB', 'ratio', 'aim', 'server CPU s'];

export function renderTable(machine, results) {
  const rows = results.flatMap(({ scenario, pairs }) => pairs.map((pair) => row(scenario, pair)));
  const failures = results.filter(({ failure }) => failure).map(({ scenario }) => `| ${scenario.name} | failed, see above |`);
  return [
    `${machine.platform}, ${machine.cores} cores, ${(machine.memory / 2 ** 30).toFixed(0)} GiB; mongod ${machine.mongod}; ` +
      `Node ${machine.node}; ${machine.mmk}, ${(machine.mmkSize / 1e6).toFixed(1)} MB.`,
    '',
    `| ${COLUMNS.join(' | ')} |`,
    `|${COLUMNS.map((_, index) => (index < 2 ? '---' : '--:')).join('|')}|`,
    ...rows,
    ...failures,
  ].join('\n');
}

function row({ name, reach }, { against, wall, cpu, peak, server }) {
  const cells = [
    name,
    against,
    `${seconds(wall.node)} → ${seconds(wall.mmk)}`,
    spread(wall),
    aim(reach.wall, wall.ratio),
    `${seconds(cpu.node)} → ${seconds(cpu.mmk)}`,
    spread(cpu),
    `${megabytes(peak.node)} → ${megabytes(peak.mmk)}`,
    peak.ratio.toFixed(2),
    aim(reach.memory, peak.ratio),
    `${server.node.toFixed(1)} → ${server.mmk.toFixed(1)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function seconds(value) {
  return value.toFixed(value < 1 ? 3 : 2);
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}

function spread({ ratio, lowest, highest }) {
  return `**${ratio.toFixed(2)}** (${lowest.toFixed(2)}–${highest.toFixed(2)})`;
}

function aim(wanted, reached) {
  if (wanted === undefined) return '';
  return `≤ ${wanted.toFixed(2)} ${reached <= wanted ? '✔' : '✘'}`;
}
