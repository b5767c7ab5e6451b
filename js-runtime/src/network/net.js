/** `net`: sockets and servers over TCP. */
import { errors } from './parts.js';
import { isIP, isIPv4, isIPv6 } from './ip-address.js';
import { Server } from './server.js';
import { Socket, connectArguments } from './socket.js';

const { notProvided } = errors;

function connect(...args) {
  const [options, callback] = connectArguments(args);
  const socket = new Socket(options);
  if (options.timeout) {
    socket.setTimeout(options.timeout);
  }
  return socket.connect([options, callback]);
}

function missing(name) {
  return { [name]: class {
    constructor() {
      throw notProvided(`net.${name}`, 'compare addresses with a package such as `ipaddr.js`.');
    }
  } }[name];
}

let selectsFamily = true;
let attemptTimeout = 250;

export default {
  BlockList: missing('BlockList'),
  SocketAddress: missing('SocketAddress'),
  Server,
  Socket,
  Stream: Socket,
  connect,
  createConnection: connect,
  createServer: (options, listener) => new Server(options, listener),
  isIP,
  isIPv4,
  isIPv6,
  getDefaultAutoSelectFamily: () => selectsFamily,
  setDefaultAutoSelectFamily: (value) => {
    selectsFamily = value;
  },
  getDefaultAutoSelectFamilyAttemptTimeout: () => attemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout: (value) => {
    attemptTimeout = value;
  },
};
