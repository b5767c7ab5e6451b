/** Runs every case with the runtime it is loaded in: as a configuration file of mmk-js, or under Node. */
const { readdirSync } = require('fs');

module.exports = async () => {
  const results = {};
  // `util` first: later cases switch on async hooks, which Node shows on promises.
  for (const file of ['util.cjs', ...readdirSync(__dirname).filter((name) => name !== 'util.cjs').sort()]) {
    if (file.endsWith('.cjs') && file !== 'show.cjs' && file !== 'run-all.cjs') {
      try {
        results[file] = await require(`./${file}`)(require);
      } catch (error) {
        results[file] = { failed: `${error.stack}` };
      }
    }
  }
  return results;
};
