import type https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { AgentModels } from '../contract/agent-settings';
import { log } from '../lib/log';
import { version } from '../lib/package-root';
import { inferenceProtocol } from '../rpc/inference-protocol';
import { Admission } from './calls/admission';
import { CallerLimits } from './calls/caller-limits';
import { Calls } from './calls/calls';
import { warmForCallers } from './calls/warm-models';
import { MediaPool } from './children/media-pool';
import { RestartingProcess } from './children/restarting-process';
import { JoinTokens } from './join-tokens/join-tokens';
import { SpentTokensFile } from './join-tokens/spent-tokens';
import { createHttpServer, openDoors } from './http/http-server';
import { LocalServer } from './http/local-server';
import { readTlsFiles, renewTls } from './http/tls';
import { Page } from './http/page';
import { noJournal } from './journal/journal';
import { openJournal } from './journal/sqlite-journal';
import { Dispatcher } from './n8n/dispatch';
import { TriggerStreams } from './n8n/trigger-streams';
import { CallNetwork } from './turn-servers/call-network';
import { TurnServers } from './turn-servers/turn-servers';
import { SignallingSockets } from './signalling/signalling-sockets';
import { SocketAddress } from './signalling/socket-address';
import { KeptPhrases } from './turns/kept-phrases';
import type { GatewayOptions } from './options';

export interface Gateway {
	/** For nodes on this machine. */
	readonly url: string;
	/** For everybody else, where it serves TLS. */
	readonly tlsUrl: string | undefined;
	/** Somebody calls, or a published workflow waits for calls. */
	readonly inUse: () => boolean;
	/** Calls are left for the next process: what knows this one's address and key is good for that one, too. */
	readonly leavesCalls: () => boolean;
	/** Ends all child processes. Calls end too, unless they wait in the journal for the next process. */
	close(): Promise<void>;
}

/** Starts the children first, so that they load while the server starts. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
	const { tls, trustedProxies } = options;
	const app = createHttpServer(options.key, undefined, { tls: tls && readTlsFiles(tls), trustedProxies });
	const entry = (process: string): string => path.join(options.runtimeDir, process, 'main.js');
	const media = new MediaPool(entry('media'), options.mediaProcesses, log);
	const inference = new RestartingProcess({
		name: 'inference',
		entry: entry('inference'),
		protocol: inferenceProtocol,
		lostCode: 'VOICE_ERR_INFERENCE_LOST',
		log,
	});
	media.start();
	inference.start();

	const streams = new TriggerStreams(log);
	const dispatcher = new Dispatcher(streams, options.key);
	const admission = new Admission(inference, options.maxCalls);
	const turnServers = new TurnServers(options.turn);
	const network = new CallNetwork(options.network, turnServers);
	const journal = options.journalFile === undefined ? noJournal : openJournal(options.journalFile, log);
	const keepsCalls = journal.keeps && options.absentLimitMs > 0;
	const joinTokens = new JoinTokens(new SpentTokensFile(path.join(options.dataFolder, 'spent-tokens.sqlite')));
	const calls = new Calls({ media, inference, dispatcher, phrases: new KeptPhrases(inference, log), network, log, absentLimitMs: options.absentLimitMs, journal }, admission, streams, joinTokens, new CallerLimits(options.limits, log));
	const warm = (agent: AgentModels): void => warmForCallers({ inference, log }, agent);
	streams.onOpen(warm);
	inference.onBack(() => {
		calls.warmAll();
		streams.agents.forEach(warm);
	});
	calls.restore();

	const sockets = new SignallingSockets(options.key, calls);
	let local: LocalServer | undefined;
	const socketAddress = new SocketAddress(options.publicUrl, () => local?.port ?? (tls ? undefined : loopbackPort(app.server.address())));
	let stopRenewing: () => void = () => undefined;
	const close = async (): Promise<void> => {
		if (keepsCalls) {
			// What follows from the end of this process is none of theirs.
			journal.close();
			calls.suspendAll();
		} else calls.closeAll('the runtime is shutting down');
		stopRenewing();
		local?.close();
		streams.close();
		sockets.close();
		await app.close();
		joinTokens.close();
		journal.close();
		await Promise.all([media.stop(), inference.stop()]);
	};

	const page = new Page(options.runtimeDir);
	try {
		await openDoors(app, { key: options.key, page, media, inference, calls, joinTokens, allowedHosts: hostsOf(options), streams, sockets, address: socketAddress, turnServers, version });
		await listen(app, options);
		if (tls) {
			local = await LocalServer.open(app);
			const server: unknown = app.server;
			stopRenewing = renewTls(server as https.Server, tls, log);
		}
	} catch (error) {
		await close();
		throw error;
	}
	const { address, port, family } = app.server.address() as AddressInfo;
	const host = family === 'IPv6' ? `[${address}]` : address;
	const own = `${tls ? 'https' : 'http'}://${host}:${port}`;
	return {
		url: local?.url ?? own,
		tlsUrl: tls && own,
		leavesCalls: () => keepsCalls && calls.size > 0,
		inUse: () => calls.size > 0 || streams.size > 0,
		close,
	};
}

/** Where it listens for this machine itself. */
function loopbackPort(listening: AddressInfo | string | null): number | undefined {
	if (listening === null || typeof listening === 'string') return undefined;
	return ['127.0.0.1', '0.0.0.0', '::'].includes(listening.address) ? listening.port : undefined;
}

/** Callers' pages know the runtime by its public address. */
function hostsOf({ allowedHosts, publicUrl }: GatewayOptions): string[] {
	return publicUrl === '' ? [...allowedHosts] : [...allowedHosts, new URL(publicUrl).hostname];
}

/** On the port of the process before, where it is free: pages and nodes know that one. */
async function listen(app: FastifyInstance, { host, port, lastPort }: GatewayOptions): Promise<void> {
	if (port === 0 && lastPort !== undefined) {
		try {
			await app.listen({ host, port: lastPort });
			return;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
		}
	}
	await app.listen({ host, port });
}
