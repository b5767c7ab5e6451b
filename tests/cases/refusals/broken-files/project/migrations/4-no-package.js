const moment = require('moment');
module.exports = { up() {}, down() {} };
