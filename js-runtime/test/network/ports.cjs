/** Where the test's server listens, and what of an answer is the same on every run. */
const ports = JSON.parse(process.env.MMK_TEST_PORTS);
const stable = (text) => text.replaceAll(String(ports.http), 'HTTP').replaceAll(String(ports.https), 'HTTPS').replaceAll(String(ports.echo), 'ECHO');

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
