/** `tty`: says that nothing is a terminal; what a script prints goes through the host. */
import { notProvided } from './errors.js';

function refused(name) {
  return class {
    constructor() {
      throw notProvided(`tty.${name}`, 'write to `process.stdout` instead.');
    }
  };
}

export default { isatty: () => false, ReadStream: refused('ReadStream'), WriteStream: refused('WriteStream') };
