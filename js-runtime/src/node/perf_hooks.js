/** `perf_hooks`: the engine's performance object with Node's additions. Histograms and GC observers are not provided. */
import { native, web } from './registry.js';
import { notProvided } from './errors.js';

const classes = web('15_performance');
const { performance } = classes;

/** Node's performance can wrap functions and report the event loop; nothing measures the loop here. */
const additions = {
  timerify: (callback) => callback,
  markResourceTiming() {},
  eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }),
  nodeTiming: { name: 'node', entryType: 'node', startTime: 0, duration: 0 },
};
for (const [name, value] of Object.entries(additions)) {
  if (!(name in performance)) {
    Object.defineProperty(performance, name, { value, writable: true, configurable: true });
  }
}
void native;

const refuse = (name) => () => {
  throw notProvided(`perf_hooks.${name}`, 'measure with `performance.now()`.');
};

export default {
  performance,
  Performance: classes.Performance,
  PerformanceEntry: classes.PerformanceEntry,
  PerformanceMark: classes.PerformanceMark,
  PerformanceMeasure: classes.PerformanceMeasure,
  PerformanceObserver: classes.PerformanceObserver,
  PerformanceObserverEntryList: classes.PerformanceObserverEntryList,
  monitorEventLoopDelay: refuse('monitorEventLoopDelay'),
  createHistogram: refuse('createHistogram'),
  constants: {
    NODE_PERFORMANCE_GC_MAJOR: 4, NODE_PERFORMANCE_GC_MINOR: 1, NODE_PERFORMANCE_GC_INCREMENTAL: 8, NODE_PERFORMANCE_GC_WEAKCB: 16,
  },
};
