/** Medians, and ratios of neighbouring runs. */

/** @param {number[]} numbers */
export function median(numbers) {
  const sorted = [...numbers].sort((first, second) => first - second);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @returns for `wall`, `cpu`, `peak` and `server`: both medians, the median ratio, and the smallest and largest ratio */
export function summarise(node, mmk) {
  return Object.fromEntries(
    ['wall', 'cpu', 'peak', 'server'].map((measure) => {
      const ratios = mmk.map((run, index) => run[measure] / node[index][measure]);
      return [
        measure,
        {
          node: median(node.map((run) => run[measure])),
          mmk: median(mmk.map((run) => run[measure])),
          ratio: median(ratios),
          lowest: Math.min(...ratios),
          highest: Math.max(...ratios),
        },
      ];
    }),
  );
}
