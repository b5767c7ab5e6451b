const { __awaiter, __generator, __rest, __spreadArray, __decorate } = require('tslib');
console.log(__rest({ a: 1, b: 2 }, ['a']), __spreadArray([1], [2], true), typeof __decorate);
__awaiter(void 0, void 0, void 0, function () { return __generator(this, (_a) => { switch (_a.label) { case 0: return [4, Promise.resolve(5)]; case 1: console.log(_a.sent()); return [2]; } }); });
const interop = require('@babel/runtime/helpers/interopRequireDefault');
const _asyncToGenerator = interop(require('@babel/runtime/helpers/asyncToGenerator')).default;
_asyncToGenerator(function* () { console.log('babel', yield Promise.resolve(1)); })();
const regenerator = require('@babel/runtime/regenerator');
console.log(typeof regenerator.mark, typeof regenerator.wrap);
console.log(interop(require('@babel/runtime/helpers/objectSpread2')).default({}, { a: 1 }));
