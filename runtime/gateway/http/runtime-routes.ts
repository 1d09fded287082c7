import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Health, health } from '../../contract/control';
import { iceConfiguration } from '../../contract/ice-configuration';
import { type RuntimeStats, runtimeStats } from '../../contract/stats';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import { VoiceError } from '../../contract/errors';
import { ownLoad } from '../../lib/process-load';
import { LastFigures } from '../children/last-figures';
import type { RestartingProcess } from '../children/restarting-process';
import type { MediaPool } from '../children/media-pool';
import type { Calls } from '../calls/calls';
import type { TurnServers } from '../turn-servers/turn-servers';
import type { SocketAddress } from '../signalling/socket-address';
import { parseRequest } from './requests';
import type { Page } from './page';

const pageQuery = z.object({
	agent: z.string().max(120).default('Voice agent'),
	callers: z.enum(['n8nUsers', 'secret', 'token', 'anyone']).default('n8nUsers'),
	/** By which the page is reached. */
	host: z.string().max(300).default(''),
});

const iceQuery = z.object({ relayOnly: z.enum(['true', 'false']).default('false') });

const NO_WORK = { running: 0, done: 0, cancelled: 0, failed: 0 };
const NO_FIGURES = { chats: NO_WORK, speaks: NO_WORK, listens: NO_WORK, tokens: 0, steps: {}, rounds: 0, rssBytes: 0, cpuMs: 0 };

/** The page, and what an operator asks of the runtime itself. */
export function runtimeRoutes(
	app: FastifyInstance,
	deps: {
		page: Pick<Page, 'render'>;
		address: Pick<SocketAddress, 'originFor'>;
		media: Pick<MediaPool, 'state' | 'ready' | 'trouble' | 'stats'>;
		inference: Pick<RestartingProcess<InferenceProtocol>, 'state' | 'ready' | 'pid' | 'trouble'>;
		calls: Pick<Calls, 'size'>;
		turnServers: Pick<TurnServers, 'configuration'>;
		version: string;
	},
): void {
	app.get('/v1/page', async (request, reply) => {
		const { host, ...values } = parseRequest(pageQuery, request.query);
		const html = await deps.page.render({ ...values, connect: deps.address.originFor(host) });
		return await reply.type('text/html; charset=utf-8').send(html);
	});

	app.get('/v1/ice-servers', async (request) => {
		const { relayOnly } = parseRequest(iceQuery, request.query);
		return iceConfiguration.parse(deps.turnServers.configuration(relayOnly === 'true'));
	});

	const state = (): Health =>
		health.parse({
			ok: true,
			ready: deps.media.ready && deps.inference.state === 'ready',
			version: deps.version,
			sessions: deps.calls.size,
			media: deps.media.state,
			inference: deps.inference.state,
		});

	app.get('/v1/health', async (): Promise<Health> => state());

	app.get('/v1/ready', async (): Promise<Health> => {
		const now = state();
		if (now.ready) return now;
		const { media, inference } = deps;
		if (inference.state !== 'ready') throw new VoiceError('VOICE_ERR_INFERENCE_LOST', inference.trouble ?? 'The inference process is still starting.');
		throw new VoiceError('VOICE_ERR_MEDIA_LOST', media.trouble ?? 'The media processes are still starting.');
	});

	const inferenceFigures = new LastFigures(deps.inference, async () => await (await deps.inference.ready()).call('stats', {}).result, NO_FIGURES);

	app.get('/v1/stats', async (): Promise<RuntimeStats> =>
		runtimeStats.parse({
			gateway: { pid: process.pid, ...ownLoad() },
			media: await deps.media.stats(),
			inference: await inferenceFigures.get(),
		}),
	);
}
