/** Where the test's server listens, and what of an answer is the same on every run. */
const ports = JSON.parse(process.env.MMK_TEST_PORTS);
const NAMES = { [ports.http]: 'HTTP', [ports.https]: 'HTTPS', [ports.echo]: 'ECHO' };
// Whole numbers only: a random number may contain a port's digits.
const stable = (text) => text.replace(/\d+/g, (number) => NAMES[number] ?? number);

/** Nothing listens there. */
const CLOSED_PORT = 9;

/** What Node promises of an error, without its stack. */
function facts(error) {
  const { name, message, code, errno, syscall, address, port, hostname } = error;
  return { name, message: stable(message), code, errno, syscall, address, port: port === undefined ? undefined : stable(String(port)), hostname };
}

/** The outcome of a promise as plain data. */
async function outcome(promise) {
  try {
    return await promise;
  } catch (error) {
    return { failed: facts(error), cause: error.cause === undefined ? undefined : facts(error.cause) };
  }
}

module.exports = { CLOSED_PORT, facts, outcome, ports, stable };
