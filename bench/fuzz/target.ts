import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { runtimeStats } from '../../runtime/contract/stats';
import { packageRoot } from '../../runtime/lib/package-root';
import type { OddAnswer, Target, Watched } from './surface';

/** The real runtime, with all its processes, and the server that its model `server:box` is. */
export interface OpenTarget {
	readonly target: Target;
	readonly close: () => Promise<void>;
}

/** Short, so that a server which says nothing costs little. */
const LIMITS = { connectMs: 3000, firstByteMs: 1000, stallMs: 500, totalMs: 5000, retryAfterMs: 0 };
const SPEECH = Buffer.alloc(4800, 3);

export async function openTarget(seed: number): Promise<OpenTarget> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-fuzz-'));
	const answers: Target['answers'] = { answerFor: () => undefined };
	const box = await openBox(answers);
	const baseUrl = `http://127.0.0.1:${(box.address() as AddressInfo).port}`;
	const model = 'the-model';
	await writeFile(
		path.join(folder, 'servers.json'),
		JSON.stringify({ box: { baseUrl, limits: LIMITS, chat: { model }, speak: { kind: 'speech', model, voices: ['ann'] }, transcribe: { model } } }),
	);
	const key = randomBytes(24).toString('hex');
	const child = spawn(process.execPath, [path.join(packageRoot(), 'dist/runtime/cli/voice-loop.js'), 'start'], {
		env: {
			...process.env,
			// A heap that does not put off collecting what is new has its size early: what grows from then on is kept by somebody.
			NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=2`.trim(),
			VOICE_LOOP_STATE: folder,
			VOICE_LOOP_KEY: key,
			VOICE_LOOP_LOG: 'silent',
			VOICE_LOOP_SERVERS: path.join(folder, 'servers.json'),
			VOICE_LOOP_MAX_CALLS: '64',
			VOICE_LOOP_MEDIA_PROCESSES: '1',
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	// Whatever becomes of the bench, nothing of it is left.
	process.once('exit', () => child.kill('SIGKILL'));
	const url = await addressOf(child);
	const headers = { authorization: `Bearer ${key}` };
	const watched = async (): Promise<Watched[]> => await processesOf(url, headers);
	return {
		target: { seed, answers, runtime: { url, headers, watched } },
		close: async () => {
			const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
			child.kill('SIGTERM');
			const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
			await ended;
			clearTimeout(kill);
			box.closeAllConnections();
			box.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function addressOf(child: ChildProcess): Promise<string> {
	return await new Promise((resolve, reject) => {
		child.once('exit', (code) => reject(new Error(`the runtime ended with ${code} before it was ready`)));
		if (!child.stdout) throw new Error('the runtime has no output');
		createInterface({ input: child.stdout }).on('line', (line) => {
			if (line.startsWith('{"url"')) resolve((JSON.parse(line) as { url: string }).url);
		});
	});
}

async function processesOf(url: string, headers: Readonly<Record<string, string>>): Promise<Watched[]> {
	const answer = await fetch(`${url}/v1/stats`, { headers, signal: AbortSignal.timeout(10_000) });
	const { gateway, media, inference } = runtimeStats.parse(await answer.json());
	return [
		{ name: 'gateway', pid: gateway.pid, rssBytes: gateway.rssBytes },
		...media.map(({ pid, rssBytes }, index) => ({ name: `media ${index}`, pid, rssBytes })),
		{ name: 'inference', pid: inference.pid ?? 0, rssBytes: inference.rssBytes },
	].map((each) => ({ ...each, rssBytes: residentBytes(each.pid) ?? each.rssBytes }));
}

/** As the system counts it; undefined where it has no such files. */
export function residentBytes(pid: number): number | undefined {
	try {
		return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
	} catch {
		return undefined;
	}
}

async function openBox(answers: Target['answers']): Promise<http.Server> {
	const box = http.createServer((request, response) => {
		response.on('error', () => undefined);
		const body: Buffer[] = [];
		request.on('data', (piece: Buffer) => body.push(piece));
		request.on('error', () => undefined);
		request.on('end', () => {
			const index = /#(\d+)#/.exec(Buffer.concat(body).toString('latin1'))?.[1];
			const odd = index === undefined ? undefined : answers.answerFor(Number(index), request.url ?? '');
			send(response, odd ?? usual(request.url ?? ''));
		});
	});
	box.listen(0, '127.0.0.1');
	await once(box, 'listening');
	return box;
}

function send(response: http.ServerResponse, { status, contentType, pieces, end }: OddAnswer): void {
	response.writeHead(status, { 'content-type': contentType });
	for (const piece of pieces) response.write(piece);
	if (end === 'whole') response.end();
	// What was written goes out first.
	else if (end === 'broken') setTimeout(() => response.destroy(), 1);
}

function usual(url: string): OddAnswer {
	const json = (value: unknown): OddAnswer => ({ status: 200, contentType: 'application/json', pieces: [Buffer.from(JSON.stringify(value))], end: 'whole' });
	if (url.endsWith('/chat/completions')) return json({ choices: [{ message: { content: 'Good day.' }, finish_reason: 'stop' }] });
	if (url.endsWith('/audio/speech')) return { status: 200, contentType: 'audio/pcm', pieces: [SPEECH], end: 'whole' };
	if (url.endsWith('/audio/transcriptions')) return json({ text: 'good day' });
	return json({ data: [{ id: 'the-model', owned_by: 'vllm' }] });
}
