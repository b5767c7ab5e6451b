/** Runs every network case with the runtime it is loaded in: as a configuration file of mmk-js, or under Node. */
const FILES = ['http.cjs', 'agent.cjs', 'net.cjs', 'server.cjs', 'fetch.cjs', 'https.cjs', 'dns.cjs'];

module.exports = async () => {
  const results = {};
  for (const file of FILES) {
    try {
      results[file] = await require(`./${file}`)(require);
    } catch (error) {
      results[file] = { failed: `${error.stack}` };
    }
  }
  return results;
};
