/**
 * Events about servers, topology and connections. The native client keeps these to itself, so they are only
 * constructed by code that brings its own; the classes exist for `instanceof` and for that code.
 */

/** Declares an event class whose fields are those of the object it is given. */
function eventClass(className, eventName, Parent = Object) {
  const Event = class extends Parent {
    constructor(fields) {
      super(fields);
      if (eventName !== undefined) this.name = eventName;
      Object.assign(this, fields);
    }
  };
  Object.defineProperty(Event, 'name', { value: className });
  return Event;
}

export const ConnectionPoolMonitoringEvent = eventClass('ConnectionPoolMonitoringEvent', undefined);
const poolEvent = (className, eventName) => eventClass(className, eventName, ConnectionPoolMonitoringEvent);
export const ConnectionPoolCreatedEvent = poolEvent('ConnectionPoolCreatedEvent', 'connectionPoolCreated');
export const ConnectionPoolReadyEvent = poolEvent('ConnectionPoolReadyEvent', 'connectionPoolReady');
export const ConnectionPoolClearedEvent = poolEvent('ConnectionPoolClearedEvent', 'connectionPoolCleared');
export const ConnectionPoolClosedEvent = poolEvent('ConnectionPoolClosedEvent', 'connectionPoolClosed');
export const ConnectionCreatedEvent = poolEvent('ConnectionCreatedEvent', 'connectionCreated');
export const ConnectionReadyEvent = poolEvent('ConnectionReadyEvent', 'connectionReady');
export const ConnectionClosedEvent = poolEvent('ConnectionClosedEvent', 'connectionClosed');
export const ConnectionCheckOutStartedEvent = poolEvent('ConnectionCheckOutStartedEvent', 'connectionCheckOutStarted');
export const ConnectionCheckOutFailedEvent = poolEvent('ConnectionCheckOutFailedEvent', 'connectionCheckOutFailed');
export const ConnectionCheckedOutEvent = poolEvent('ConnectionCheckedOutEvent', 'connectionCheckedOut');
export const ConnectionCheckedInEvent = poolEvent('ConnectionCheckedInEvent', 'connectionCheckedIn');

export const ServerOpeningEvent = eventClass('ServerOpeningEvent', 'serverOpening');
export const ServerClosedEvent = eventClass('ServerClosedEvent', 'serverClosed');
export const ServerDescriptionChangedEvent = eventClass('ServerDescriptionChangedEvent', 'serverDescriptionChanged');
export const ServerHeartbeatStartedEvent = eventClass('ServerHeartbeatStartedEvent', 'serverHeartbeatStarted');
export const ServerHeartbeatSucceededEvent = eventClass('ServerHeartbeatSucceededEvent', 'serverHeartbeatSucceeded');
export const ServerHeartbeatFailedEvent = eventClass('ServerHeartbeatFailedEvent', 'serverHeartbeatFailed');
export const TopologyOpeningEvent = eventClass('TopologyOpeningEvent', 'topologyOpening');
export const TopologyClosedEvent = eventClass('TopologyClosedEvent', 'topologyClosed');
export const TopologyDescriptionChangedEvent = eventClass(
  'TopologyDescriptionChangedEvent',
  'topologyDescriptionChanged',
);

export const ServerSelectionEvent = eventClass('ServerSelectionEvent', undefined);
const selectionEvent = (className, eventName) => eventClass(className, eventName, ServerSelectionEvent);
export const ServerSelectionStartedEvent = selectionEvent('ServerSelectionStartedEvent', 'serverSelectionStarted');
export const ServerSelectionFailedEvent = selectionEvent('ServerSelectionFailedEvent', 'serverSelectionFailed');
export const ServerSelectionSucceededEvent = selectionEvent('ServerSelectionSucceededEvent', 'serverSelectionSucceeded');
export const WaitingForSuitableServerEvent = selectionEvent('WaitingForSuitableServerEvent', 'waitingForSuitableServer');

export const SrvPollingEvent = eventClass('SrvPollingEvent', undefined);
