const chalk = require('chalk');
console.log(chalk.red('x') === 'x' || chalk.level, new chalk.Instance({ level: 1 }).green('g'), require('base64url')('hello?>'), require('md5')('x'), require('is-svg')('<svg xmlns="http://www.w3.org/2000/svg"></svg>'), require('tz-lookup')(52.5, 13.4), require('uuid-by-string')('hello'));
console.log(require('iconv-lite').encode('Größe', 'win1252'), require('iconv-lite').decode(Buffer.from('e4f6', 'hex'), 'latin1'), require('zipcodes').lookup('90210').city);
const CryptoJS = require('crypto-js');
console.log(CryptoJS.SHA256('x').toString(), CryptoJS.AES.decrypt(CryptoJS.AES.encrypt('text', 'key').toString(), 'key').toString(CryptoJS.enc.Utf8));
const moduleAlias = require('module-alias'); moduleAlias.addAlias('@lib', __dirname); console.log(typeof require('@lib/slugify.js'));
