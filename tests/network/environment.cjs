/** Every way to see a variable that is hidden; prints what each shows as JSON. */
const fs = require('fs');
const util = require('util');

const attempt = (work) => {
  try {
    const seen = work();
    return String(seen).includes('hidden-value') ? 'seen' : 'not seen';
  } catch (error) {
    return error.code;
  }
};

console.log(JSON.stringify({
  read: attempt(() => process.env.SECRET_WORD),
  listed: attempt(() => JSON.stringify(process.env)),
  spread: attempt(() => JSON.stringify({ ...process.env })),
  entries: attempt(() => Object.entries(process.env).join()),
  printed: attempt(() => util.inspect(process.env)),
  descriptor: attempt(() => Object.getOwnPropertyDescriptor(process.env, 'SECRET_WORD')?.value),
  'own file': attempt(() => fs.readFileSync('/proc/self/environ')),
  'file by number': attempt(() => fs.readFileSync(`/proc/${process.pid}/environ`)),
  'file of the parent': attempt(() => fs.readFileSync(`/proc/${process.ppid}/environ`)),
  'file by a link': attempt(() => fs.readFileSync('/proc/self/root/proc/self/environ')),
  'file of a thread': attempt(() => fs.readFileSync(`/proc/self/task/${process.pid}/environ`)),
  'file by open': attempt(() => fs.readSync(fs.openSync('/proc/self/environ', 'r'), Buffer.alloc(10))),
  copied: attempt(() => {
    fs.copyFileSync('/proc/self/environ', './copy');
    return fs.readFileSync('./copy');
  }),
  memory: attempt(() => fs.openSync('/proc/self/mem', 'r')),
  other: process.env.OTHER_WORD ?? 'missing',
}));
