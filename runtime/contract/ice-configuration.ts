import { z } from 'zod';
import { iceServer } from './signalling';

/**
 * What a caller gathers candidates with, asked for before the offer: GET at the trigger's URL with `Accept:
 * application/json`, by whoever may call; the trigger asks GET /v1/ice-servers of the runtime.
 */
export const iceConfiguration = z.object({
	iceServers: z.array(iceServer).max(16),
	/** `relay`: through a TURN server or not at all. */
	iceTransportPolicy: z.enum(['all', 'relay']),
	/** How long the credentials are good for, seconds. Ask again for a call or an ICE restart after that. */
	lifetimeSeconds: z.number().int().positive(),
});
export type IceConfiguration = z.infer<typeof iceConfiguration>;
