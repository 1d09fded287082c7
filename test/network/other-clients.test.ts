// Guards against: a signalling that only our own page can use, and a page about it whose lines do nothing when typed in.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { decodeWav, encodeWav } from '../../runtime/audio/wav';
import { speakSettings } from '../../runtime/contract/agent-settings';
import { heldMessages, numberedMessage } from '../../runtime/contract/signalling';
import { startPeers } from '../e2e/offers';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';
import { likeness, median, speech } from '../media/speech';
import { STATE_FOLDER, loadPackage, ours, workflowOf } from '../nodes/engine';
import { WebhookHost } from '../nodes/webhook-host';
import { AIORTC, GSTREAMER, testWith } from './programs';

const GREETING = 'What would you like to book?';
const run = promisify(execFile);

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-clients-'));
let runtime: RunningRuntime;
/** The trigger's URL as n8n serves it. */
let n8n: WebhookHost;

beforeAll(async () => {
	await loadPackage();
	runtime = await startRuntime({ VOICE_LOOP_STATE: STATE_FOLDER });
	const workflow = workflowOf(
		[
			{ name: 'Voice', type: ours('voiceSessionTrigger'), parameters: { callers: 'anyone', options: { greeting: GREETING } } },
			{ name: 'Transcribe', type: ours('transcribe') },
		],
		[['Voice', 'Transcribe']],
	);
	n8n = await new WebhookHost(workflow, 'Voice').listen();
});
afterAll(async () => {
	await n8n.close();
	await runtime.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** Resolves when so many calls are under way. */
async function untilCalls(count: number): Promise<void> {
	while ((await runtime.client.health()).sessions !== count) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Which of the texts it is, of those that the greeting's voice could have said. */
async function likest(heard: Int16Array, texts: string[]): Promise<string | undefined> {
	const fits = new Map<string, number>();
	for (const text of texts) {
		const { wav } = await runtime.client.speak({ text, speak: speakSettings.parse({}) });
		fits.set(text, median(likeness(decodeWav(wav), heard)));
	}
	return texts.sort((a, b) => (fits.get(b) ?? 0) - (fits.get(a) ?? 0))[0];
}

const call = z.object({ status: z.number(), type: z.string(), location: z.string(), told: z.array(numberedMessage), ended: z.number() });

describe.each([
	['aiortc', 'aiortc-caller.py', [AIORTC]],
	['GStreamer', 'webrtcbin-caller.py', GSTREAMER],
] as const)('a caller that is no browser (%s)', (_name, program, needs) => testWith(...needs)('hears the greeting, is understood and hangs up', async () => {
	const [said, heard] = [path.join(folder, 'said.wav'), path.join(folder, 'heard.wav')];
	writeFileSync(said, encodeWav([speech('What is on my calendar today?')], 16_000));
	const { stdout } = await run('/usr/bin/python3', [path.join(__dirname, program), n8n.url, said, heard], { timeout: 120_000 });
	const { told, ...answers } = call.parse(JSON.parse(stdout));
	expect(answers).toEqual({ status: 201, type: 'application/sdp', location: expect.stringMatching(/^\?session=s_/), ended: 204 });
	expect(await likest(decodeWav(readFileSync(heard)), [GREETING, 'How can I help you?', 'The office is closed on Sunday.', 'Goodbye.'])).toBe(GREETING);
	expect(told.map((message) => message.type === 'event' && message.event)).toContainEqual(expect.objectContaining({ type: 'caption.final', text: expect.stringMatching(/calendar/i) }));
	await untilCalls(0);
}));

testWith('curl')('the lines of docs/signalling.md, typed in one after the other', async () => {
	const page = readFileSync(path.join(__dirname, '../../docs/signalling.md'), 'utf8');
	const lines = (/```sh\n([^]*?)```/.exec(page)?.[1] ?? '').trim().split('\n');
	expect(lines).toEqual([expect.stringContaining('--data-binary @offer.sdp'), expect.stringContaining('after=0'), expect.stringContaining('DELETE')]);
	const peers = startPeers();
	try {
		writeFileSync(path.join(folder, 'offer.sdp'), await peers.offer());
		// The answer as it is without this file, then its status on a line of its own.
		writeFileSync(path.join(folder, '.curlrc'), 'silent\nshow-error\nnoproxy = "*"\nwrite-out = "\\n%{http_code}"\n');
		let id = '';
		const type = async (line = ''): Promise<{ answer: string; status: string | undefined; documented: string | undefined }> => {
			const { stdout } = await run('sh', ['-c', line], { cwd: folder, timeout: 60_000, env: { ...process.env, CURL_HOME: folder, URL: n8n.url, ID: id } });
			const end = stdout.lastIndexOf('\n');
			return { answer: stdout.slice(0, end), status: stdout.slice(end + 1), documented: /# (\d{3})?/.exec(line)?.[1] };
		};
		const offered = await type(lines[0]);
		expect(offered).toMatchObject({ status: '201', documented: '201', answer: expect.stringMatching(/^HTTP\/1\.1 201 [^]*^content-type: application\/sdp[^]*\r\n\r\nv=0\r\n[^]*^a=fingerprint:/im) });
		id = /^location: \?session=(s_\S+)/im.exec(offered.answer)?.[1] ?? '';
		await untilCalls(1);

		const held = await type(lines[1]);
		expect(held.status).toBe('200');
		const { messages, ended } = heldMessages.parse(JSON.parse(held.answer));
		expect(ended).toBe(false);
		// The rest is told when the caller is connected, and nobody takes this answer.
		expect(messages[0]).toMatchObject({ type: 'event', event: { type: 'state' } });

		expect(await type(lines[2])).toEqual({ status: '204', documented: '204', answer: '' });
		await untilCalls(0);
	} finally {
		await peers.stop();
	}
});
