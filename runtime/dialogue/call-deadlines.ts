import type { SessionLimits } from '../contract/agent-settings';
import type { Milliseconds } from '../lib/clock';
import type { EndReason } from './conversation-events';

export interface Deadline {
	at: Milliseconds;
	reason: EndReason;
}

/** When the session ends by itself. `quietSince` is absent while anybody speaks or thinks. */
export function deadlines(session: {
	limits: SessionLimits;
	connectedAt: Milliseconds | undefined;
	quietSince: Milliseconds | undefined;
}): Deadline[] {
	const { limits, connectedAt, quietSince } = session;
	if (connectedAt === undefined) return [];
	const longest: Deadline = { at: connectedAt + limits.maxCallDurationMs, reason: 'maxSession' };
	if (quietSince === undefined) return [longest];
	return [longest, { at: quietSince + limits.idleTimeoutMs, reason: 'idle' }];
}
