const winston = require('winston');
const fs = require('fs');
fs.rmSync('winston.log', { force: true });
const logger = winston.createLogger({ level: 'info', format: winston.format.combine(winston.format.splat(), winston.format.json()), transports: [new winston.transports.Console(), new winston.transports.File({ filename: 'winston.log' })] });
logger.info('hello %s', 'x', { a: 1 }); logger.debug('no'); logger.error(new Error('bad').message); logger.child({ service: 's' }).warn('careful');
const lines = () => (fs.existsSync('winston.log') ? fs.readFileSync('winston.log', 'utf8').split('\n').length - 1 : 0);
const look = () => (lines() < 3 ? setTimeout(look, 10) : console.log(lines()));
logger.on('finish', look);
logger.end();
