import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Health, health } from '../../contract/control';
import { type RuntimeStats, runtimeStats } from '../../contract/stats';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import { ownLoad } from '../../lib/process-load';
import type { RestartingProcess } from '../children/restarting-process';
import type { MediaPool } from '../children/media-pool';
import type { Calls } from '../calls/calls';
import { parseRequest } from './requests';
import type { Page } from './page';

const pageQuery = z.object({
	agent: z.string().max(120).default('Voice agent'),
	callers: z.enum(['n8nUsers', 'secret', 'anyone']).default('n8nUsers'),
});

/** The page, and what an operator asks of the runtime itself. */
export function runtimeRoutes(
	app: FastifyInstance,
	deps: {
		page: Pick<Page, 'render'>;
		media: Pick<MediaPool, 'state' | 'stats'>;
		inference: Pick<RestartingProcess<InferenceProtocol>, 'state' | 'ready' | 'pid'>;
		calls: Pick<Calls, 'size'>;
		version: string;
	},
): void {
	app.get('/v1/page', async (request, reply) => {
		const html = await deps.page.render(parseRequest(pageQuery, request.query));
		return await reply.type('text/html; charset=utf-8').send(html);
	});

	app.get('/v1/health', async (): Promise<Health> =>
		health.parse({
			ok: true,
			version: deps.version,
			sessions: deps.calls.size,
			media: deps.media.state,
			inference: deps.inference.state,
		}),
	);

	app.get('/v1/stats', async (): Promise<RuntimeStats> =>
		runtimeStats.parse({
			gateway: { pid: process.pid, ...ownLoad() },
			media: await deps.media.stats(),
			inference: {
				...(await (await deps.inference.ready()).call('stats', {}).result),
				pid: deps.inference.pid,
			},
		}),
	);
}
