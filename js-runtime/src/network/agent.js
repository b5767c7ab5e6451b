/** `http.Agent`: hands sockets to requests, keeps idle ones for the next request to the same place, and queues above its limits. */
import { EventEmitter } from 'node:events';
import { errors } from './parts.js';
import { isIP } from './ip-address.js';
import { callable } from './network-error.js';
import net from './net.js';

const { outOfRange } = errors;

class PlainAgent extends EventEmitter {
  constructor(options) {
    super();
    this.defaultPort = 80;
    this.protocol = 'http:';
    this.options = Object.assign(Object.create(null), options);
    if (this.options.noDelay === undefined) {
      this.options.noDelay = true;
    }
    // Sockets to a file and sockets to a port are told apart by this.
    this.options.path = null;
    this.requests = Object.create(null);
    this.sockets = Object.create(null);
    this.freeSockets = Object.create(null);
    this.keepAliveMsecs = this.options.keepAliveMsecs || 1000;
    this.keepAlive = this.options.keepAlive || false;
    this.maxSockets = this.options.maxSockets || PlainAgent.defaultMaxSockets;
    this.maxFreeSockets = this.options.maxFreeSockets || 256;
    this.scheduling = this.options.scheduling || 'lifo';
    this.maxTotalSockets = this.options.maxTotalSockets;
    this.totalSocketCount = 0;
    if (this.maxTotalSockets === undefined) {
      this.maxTotalSockets = Infinity;
    } else if (!(this.maxTotalSockets > 0)) {
      throw outOfRange('maxTotalSockets', '> 0', this.maxTotalSockets);
    }
    this.on('free', (socket, options) => this.#freed(socket, options));
  }

  createConnection(...args) {
    return net.createConnection(...args);
  }

  getName(options = {}) {
    let name = `${options.host || 'localhost'}:${options.port || ''}:${options.localAddress || ''}`;
    if (options.family === 4 || options.family === 6) {
      name += `:${options.family}`;
    }
    return options.socketPath ? `${name}:${options.socketPath}` : name;
  }

  #settings(req, options, port, localAddress) {
    const given = typeof options === 'string' ? { host: options, port, localAddress } : options;
    const settings = { __proto__: null, ...given, ...this.options };
    if (settings.socketPath) {
      settings.path = settings.socketPath;
    }
    settings.servername ??= serverName(settings, req);
    return settings;
  }

  addRequest(req, options, port, localAddress) {
    const settings = this.#settings(req, options, port, localAddress);
    const name = this.getName(settings);
    this.sockets[name] ??= [];
    const free = this.#takeFree(name);
    if (free !== undefined) {
      this.reuseSocket(free, req);
      setRequestSocket(this, req, free);
      this.sockets[name].push(free);
    } else if (this.sockets[name].length < this.maxSockets && this.totalSocketCount < this.maxTotalSockets) {
      this.#open(req, settings);
    } else {
      (this.requests[name] ??= []).push(req);
      req._agentOptions = settings;
    }
  }

  #takeFree(name) {
    const list = this.freeSockets[name];
    if (list === undefined) {
      return undefined;
    }
    while (list.length > 0 && (list[0].destroyed || !list[0].writable)) {
      list.shift();
    }
    const socket = this.scheduling === 'fifo' ? list.shift() : list.pop();
    if (list.length === 0) {
      delete this.freeSockets[name];
    }
    return socket;
  }

  #open(req, settings) {
    this.createSocket(req, settings, (error, socket) => {
      if (error) {
        req.onSocket(socket, error);
      } else {
        setRequestSocket(this, req, socket);
      }
    });
  }

  createSocket(req, options, callback) {
    const settings = { __proto__: null, ...options, ...this.options };
    if (settings.socketPath) {
      settings.path = settings.socketPath;
    }
    settings.servername ??= serverName(settings, req);
    const name = this.getName(settings);
    settings._agentKey = name;
    settings.encoding = null;
    let isDone = false;
    const created = (error, socket) => {
      if (isDone) {
        return;
      }
      isDone = true;
      if (error) {
        callback(error);
        return;
      }
      (this.sockets[name] ??= []).push(socket);
      this.totalSocketCount += 1;
      this.#watch(socket, settings);
      callback(null, socket);
    };
    if (this.keepAlive) {
      settings.keepAlive = this.keepAlive;
      settings.keepAliveInitialDelay = this.keepAliveMsecs;
    }
    const socket = this.createConnection(settings, created);
    if (socket) {
      created(null, socket);
    }
  }

  #watch(socket, options) {
    const free = () => this.emit('free', socket, options);
    const close = () => this.removeSocket(socket, options);
    const timeout = () => {
      // Only idle sockets die of it; a request decides for itself.
      const isIdle = Object.values(this.freeSockets).some((list) => list.includes(socket));
      if (isIdle) {
        socket.destroy();
      }
    };
    const remove = () => {
      this.totalSocketCount -= 1;
      this.removeSocket(socket, options);
      for (const [event, listener] of [['close', close], ['free', free], ['timeout', timeout], ['agentRemove', remove]]) {
        socket.removeListener(event, listener);
      }
    };
    socket.on('free', free);
    socket.on('close', () => {
      this.totalSocketCount -= 1;
    });
    socket.on('close', close);
    socket.on('timeout', timeout);
    socket.on('agentRemove', remove);
    if (this.options.timeout) {
      socket.setTimeout(this.options.timeout);
    }
  }

  #freed(socket, options) {
    const name = this.getName(options);
    const waiting = this.requests[name];
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    if (waiting?.length > 0) {
      const req = waiting.shift();
      if (waiting.length === 0) {
        delete this.requests[name];
      }
      setRequestSocket(this, req, socket);
      return;
    }
    const req = socket._httpMessage;
    const list = this.freeSockets[name] ?? [];
    const count = list.length + (this.sockets[name]?.length ?? 0);
    const isKept = req?.shouldKeepAlive && this.keepAlive && this.totalSocketCount <= this.maxTotalSockets && count <= this.maxSockets
      && list.length < this.maxFreeSockets && this.keepSocketAlive(socket);
    if (!isKept) {
      socket.destroy();
      return;
    }
    this.freeSockets[name] = list;
    socket._httpMessage = null;
    this.removeSocket(socket, options);
    socket.once('error', ignoreError);
    list.push(socket);
  }

  removeSocket(socket, options) {
    const name = this.getName(options);
    const sets = socket.writable ? [this.sockets] : [this.sockets, this.freeSockets];
    for (const set of sets) {
      const at = set[name]?.indexOf(socket) ?? -1;
      if (at !== -1) {
        set[name].splice(at, 1);
        if (set[name].length === 0) {
          delete set[name];
        }
      }
    }
    const waiting = this.requests[name]?.[0];
    if (waiting && (this.sockets[name]?.length ?? 0) < this.maxSockets && this.totalSocketCount < this.maxTotalSockets) {
      this.requests[name].shift();
      if (this.requests[name].length === 0) {
        delete this.requests[name];
      }
      this.#open(waiting, waiting._agentOptions);
    }
  }

  keepSocketAlive(socket) {
    socket.setKeepAlive(true, this.keepAliveMsecs);
    socket.unref();
    let limit = this.options.timeout || 0;
    const hint = /^timeout=(\d+)/.exec(socket._httpMessage?.res?.headers?.['keep-alive'])?.[1];
    if (hint !== undefined) {
      // One second before the server gives up, so that no request crosses its farewell.
      const told = Math.max(0, Number(hint) * 1000 - 1000);
      if (told === 0) {
        return false;
      }
      limit = limit === 0 ? told : Math.min(limit, told);
    }
    if (socket.timeout !== limit) {
      socket.setTimeout(limit);
    }
    return true;
  }

  reuseSocket(socket, req) {
    req.reusedSocket = true;
    socket.removeListener('error', ignoreError);
    socket.ref();
  }

  destroy() {
    for (const set of [this.freeSockets, this.sockets]) {
      for (const list of Object.values(set)) {
        [...list].forEach((socket) => socket.destroy());
      }
    }
  }
}

PlainAgent.defaultMaxSockets = Infinity;

function ignoreError() {}

/** The name for TLS comes from the Host header, when that names another host than the one connected to. */
function serverName(options, req) {
  const header = req?.getHeader?.('host');
  let name = options.host;
  if (typeof header === 'string') {
    const bracketed = /^\[([^\]]*)\]/.exec(header);
    name = bracketed ? bracketed[1] : header.split(':', 1)[0];
  }
  return isIP(name) === 0 ? name : '';
}

function setRequestSocket(agent, req, socket) {
  req.onSocket(socket);
  const agentTimeout = agent.options.timeout || 0;
  if (req.timeout !== undefined && req.timeout !== agentTimeout) {
    socket.setTimeout(req.timeout);
  }
}

Object.defineProperty(PlainAgent, 'name', { value: 'Agent' });
export const Agent = callable(PlainAgent);
export const globalAgent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });
