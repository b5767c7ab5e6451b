/** `os`: facts of the machine. Names of users and network addresses are given only as far as the system tells any process. */
import { native } from './registry.js';
import { nodeError } from './errors.js';
import { osConstants } from './constants.js';

const facts = () => JSON.parse(native.ops.op_node_os_facts());
const memory = () => JSON.parse(native.ops.op_node_os_memory());

/** Node's os functions turn into their value in a template literal or an addition. */
function withPrimitive(read) {
  read[Symbol.toPrimitive] = () => read();
  return read;
}

function homedir() {
  const { home } = facts();
  if (home === null) {
    throw nodeError(Error, 'ERR_SYSTEM_ERROR', 'A system error occurred: uv_os_homedir returned ENOENT (no such file or directory)');
  }
  return home;
}

const os = {
  EOL: '\n',
  devNull: '/dev/null',
  arch: withPrimitive(() => facts().arch),
  platform: withPrimitive(() => facts().platform),
  type: withPrimitive(() => facts().type),
  release: withPrimitive(() => facts().release),
  version: withPrimitive(() => facts().version),
  machine: withPrimitive(() => facts().machine),
  hostname: withPrimitive(() => facts().hostname),
  homedir: withPrimitive(homedir),
  tmpdir: withPrimitive(() => facts().tmpdir),
  endianness: withPrimitive(() => 'LE'),
  uptime: withPrimitive(() => facts().uptime),
  totalmem: withPrimitive(() => memory().total),
  freemem: withPrimitive(() => memory().free),
  availableParallelism: withPrimitive(() => facts().parallelism),
  loadavg: () => facts().loadavg,
  cpus: () => Array.from({ length: facts().parallelism }, () => ({ model: facts().cpuModel, speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } })),
  networkInterfaces: () => ({
    lo: [{ address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4', mac: '00:00:00:00:00:00', internal: true, cidr: '127.0.0.1/8' }],
  }),
  userInfo() {
    const { uid, gid, username, home, shell } = facts();
    return { uid, gid, username, homedir: home, shell };
  },
  getPriority: () => 0,
  setPriority() {},
  constants: osConstants(),
};

export default os;
