/** `diagnostics_channel`: named channels that libraries publish to. Nothing of ours listens. */
import { native } from './registry.js';
import { validateFunction } from './errors.js';

/** @type {Map<string|symbol, Channel>} */
const channels = new Map();

export class Channel {
  #subscribers = [];
  #stores = new Map();

  constructor(name) {
    this.name = name;
  }

  get hasSubscribers() {
    return this.#subscribers.length > 0 || this.#stores.size > 0;
  }

  subscribe(subscriber) {
    validateFunction(subscriber, 'subscription');
    this.#subscribers = [...this.#subscribers, subscriber];
  }

  unsubscribe(subscriber) {
    const before = this.#subscribers.length;
    this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    return this.#subscribers.length < before;
  }

  bindStore(store, transform) {
    this.#stores.set(store, transform);
  }

  unbindStore(store) {
    return this.#stores.delete(store);
  }

  publish(message) {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(message, this.name);
      } catch (error) {
        native.core.queueNextTick({
          callback() {
            throw error;
          },
        });
      }
    }
  }

  runStores(message, callback, self, ...args) {
    let run = () => {
      this.publish(message);
      return Reflect.apply(callback, self, args);
    };
    for (const [store, transform] of this.#stores) {
      const inner = run;
      run = () => store.run(transform ? transform(message) : message, inner);
    }
    return run();
  }
}

export function channel(name) {
  let found = channels.get(name);
  if (found === undefined) {
    found = new Channel(name);
    channels.set(name, found);
  }
  return found;
}

const TRACED = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];

class TracingChannel {
  constructor(nameOrChannels) {
    for (const event of TRACED) {
      this[event] = typeof nameOrChannels === 'string' ? channel(`tracing:${nameOrChannels}:${event}`) : nameOrChannels[event];
    }
  }

  get hasSubscribers() {
    return TRACED.some((event) => this[event].hasSubscribers);
  }

  subscribe(handlers) {
    TRACED.forEach((event) => handlers[event] && this[event].subscribe(handlers[event]));
  }

  unsubscribe(handlers) {
    return TRACED.every((event) => !handlers[event] || this[event].unsubscribe(handlers[event]));
  }

  traceSync(callback, context = {}, self, ...args) {
    return this.start.runStores(context, () => {
      try {
        context.result = Reflect.apply(callback, self, args);
        return context.result;
      } catch (error) {
        context.error = error;
        this.error.publish(context);
        throw error;
      } finally {
        this.end.publish(context);
      }
    });
  }

  tracePromise(callback, context = {}, self, ...args) {
    return this.start.runStores(context, () => {
      const settle = (event, value) => {
        context[event] = value;
        if (event === 'error') {
          this.error.publish(context);
        }
        this.asyncStart.publish(context);
        this.asyncEnd.publish(context);
      };
      try {
        return Promise.resolve(Reflect.apply(callback, self, args)).then(
          (value) => {
            settle('result', value);
            return value;
          },
          (error) => {
            settle('error', error);
            throw error;
          },
        );
      } finally {
        this.end.publish(context);
      }
    });
  }

  traceCallback(callback, position = -1, context = {}, self, ...args) {
    const original = args.at(position);
    args.splice(position, 1, (error, value) => {
      context[error ? 'error' : 'result'] = error ?? value;
      if (error) {
        this.error.publish(context);
      }
      this.asyncStart.runStores(context, () => original(error, value));
      this.asyncEnd.publish(context);
    });
    return this.traceSync(callback, context, self, ...args);
  }
}

export default {
  channel,
  hasSubscribers: (name) => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name, subscriber) => channel(name).subscribe(subscriber),
  unsubscribe: (name, subscriber) => channel(name).unsubscribe(subscriber),
  tracingChannel: (nameOrChannels) => new TracingChannel(nameOrChannels),
  Channel,
};
