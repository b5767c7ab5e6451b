module.exports = { up: 'yes', down() {} };
