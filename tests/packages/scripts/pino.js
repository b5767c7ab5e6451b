const pino = require('pino');
const logger = pino({ base: null, timestamp: false }, { write: (line) => console.log('line', line.trim()) });
logger.info({ a: 1, error: 5 }, 'hello %d', 5); logger.child({ b: 2 }).warn('x'); logger.debug('no');
try { null.x; } catch (error) { logger.error({ type: error.name, message: error.message }, 'failed'); }
const file = pino({ base: null, timestamp: false }, pino.destination({ dest: 'pino.log', sync: true })); file.info('to file');
console.log(require('fs').readFileSync('pino.log', 'utf8').split('\n')[0]);
const direct = pino({ base: null, timestamp: false }); direct.info('to stdout'); direct.flush?.();
