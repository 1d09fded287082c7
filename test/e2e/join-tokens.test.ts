// Guards against: links that a workflow hands out and that, in a real n8n and browser, let in nobody, anybody, or twice; a
// token that stays in the address; a tool that the caller may not use; an identity that does not arrive in the workflow; a caller
// who can only be relayed and, once their link is used, is told of no relay and does not come back from a reload.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { listWorkflows, workflowFile } from '../../deploy/local/host/workflows.ts';
import { speech } from '../media/speech';
import { Coturn, SECRET as TURN_SECRET } from '../network/coturn';
import { has, ownAddress } from '../network/programs';
import { relayed } from '../network/relayed';
import { leave, picture, shows, visit } from '../page/browser';
import { launchSpeaking, until, untilTurns } from './browser-caller';
import { type World, outputOf, startWorld } from './world';

const SECRET = 'a secret that is long enough for HS256';
const LINES = ['book a dentist appointment tomorrow at three p m', 'what is on my calendar tomorrow'];

/** Their call, and how often they have come back to it. */
const session = `window.voiceLoop.events.find(({ type }) => type === 'session.started')?.sessionId`;
const resumes = `window.voiceLoop.events.filter(({ type, resumed }) => type === 'session.started' && resumed).length`;

let world: World;
let browser: Browser;
let folder: string;
/** Callers are relayed by it, and reached in no other way; without it on a machine that has none. */
let coturn: Coturn | undefined;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-join-'));
	if (has('turnserver')) coturn = await Coturn.start({ more: ['--runtime-address', ownAddress()] });
	world = await startWorld(coturn && { VOICE_LOOP_TURN_URLS: coturn.url('udp'), VOICE_LOOP_TURN_SECRET: TURN_SECRET, VOICE_LOOP_RELAY_ONLY: 'on' });
	const { rest } = world.n8n;
	const { id } = await rest.request('POST', '/credentials', z.object({ id: z.string() }), {
		name: 'Invitations',
		type: 'voiceJoinTokensApi',
		data: { kind: 'secret', secret: SECRET, keyId: 'k1', earlierSecret: '', earlierKeyId: '' },
	});
	const credentials = { voiceJoinTokensApi: { id, name: 'Invitations' } };
	const { nodes, connections, versionId } = await rest.request('GET', `/workflows/${world.agentId}`, workflowFile.extend({ versionId: z.string() }));
	const changed = nodes.map((node) => (node.name === 'Voice Session Trigger' ? { ...node, credentials, parameters: { ...node.parameters, callers: 'token' } } : node));
	await rest.request('PATCH', `/workflows/${world.agentId}`, z.unknown(), { nodes: changed, connections, versionId });
	await world.n8n.publish(world.agentId);
	const type = String(changed.find(({ name }) => name === 'Voice Session Trigger')?.type);
	const inviting = await world.n8n.importWorkflow({
		name: 'Invite',
		nodes: [
			{ id: 'a', name: 'Sign-up', type: 'n8n-nodes-base.webhook', typeVersion: 2, position: [0, 0], webhookId: 'b5c7', parameters: { path: 'invite', responseMode: 'lastNode', options: {} } },
			{
				id: 'b',
				name: 'Invite',
				type: type.replace('voiceSessionTrigger', 'voiceSessionAction'),
				typeVersion: 1,
				position: [200, 0],
				parameters: { callerId: '={{ $json.query.email }}', toolAccess: 'selected', tools: 'list_appointments', options: { callerName: 'Ann' } },
				credentials,
			},
		],
		connections: { 'Sign-up': { main: [[{ node: 'Invite', type: 'main', index: 0 }]] } },
		settings: {},
	});
	await world.n8n.publish(inviting);
	browser = await launchSpeaking(folder, LINES.map((text, index) => ({ atMs: 8_000 + index * 18_000, pcm: speech(text) })), 60_000);
}, 300_000);

afterAll(async () => {
	await browser?.close();
	await world?.end();
	await coturn?.stop();
	await rm(folder, { recursive: true, force: true });
});

async function invited(): Promise<{ link: string; token: string }> {
	const answer = await fetch(`${world.n8n.url}/webhook/invite?email=ann%40example.com`);
	return z.object({ link: z.string(), token: z.string() }).parse(await answer.json());
}

test('a link from a workflow is good for one call, with the tools that it allows, and the workflow knows who called', async () => {
	const { link, token } = await invited();
	expect(link.startsWith(`${world.pageUrl}#token=`)).toBe(true);

	const page = await visit(browser, { url: link });
	const requests: string[] = [];
	const blocked: string[] = [];
	page.on('console', (message) => {
		if (/Content.Security.Policy|Permissions.Policy/i.test(message.text())) blocked.push(message.text());
	});
	await page.reload();
	page.on('request', (request) => requests.push(request.url()));
	expect(page.url()).toBe(world.pageUrl);
	await page.getByTestId('call').click();
	await untilTurns(page, LINES.length);
	expect(await page.evaluate<string>('JSON.stringify(sessionStorage) + location.href')).not.toContain(token.split('.')[2]);
	// The page's own policy bars nothing that it needs in a call.
	expect(blocked).toEqual([]);
	expect(requests.join(' ')).not.toContain(token.slice(0, 40));

	const turns = await world.turns(2);
	for (const turn of turns) {
		expect(outputOf(turn, 'Voice Session Trigger')).toMatchObject({ caller: { id: 'ann@example.com', name: 'Ann' }, allowedTools: ['list_appointments'] });
	}
	expect(outputOf(turns[0], 'Transcribe').text).toBe(LINES[0]);
	expect((outputOf(turns[0], 'Llama Chat').tools as Array<{ name: string; ok: boolean }>).filter(({ ok }) => ok)).toEqual([]);
	expect(outputOf(turns[1], 'Llama Chat').tools).toEqual([expect.objectContaining({ name: 'list_appointments', ok: true })]);
	await expect(world.n8n.dataTableRows('Appointments')).resolves.toEqual([]);
	// Sibling workflows run as tools: only one of them has.
	const ran = await Promise.all((await listWorkflows(world.n8n.rest)).map(async ({ id, name }) => [name, (await world.n8n.executions(id)).length] as const));
	expect(ran.filter(([, count]) => count > 0).map(([name]) => name).sort()).toEqual(['Invite', 'List appointments', expect.stringContaining('Voice agent')]);

	const call = await page.evaluate(session);
	if (coturn) expect(await relayed(page)).toBe('relay udp');
	await page.reload();
	await until(page, `${resumes} > 0`);
	expect(await page.evaluate(session)).toBe(call);
	await until(page, `document.querySelectorAll('[data-testid="caller-caption"]').length >= ${LINES.length}`);
	await until(page, 'voiceLoop.stats().then(({ packetsReceived }) => packetsReceived > 0)');
	if (coturn) expect(await relayed(page)).toBe('relay udp');

	await page.getByTestId('call').click();
	await shows(page, 'ended');
	await page.getByTestId('call').click();
	await shows(page, 'failed');
	// The page that was loaded again has no invitation any more.
	await expect(page.getByTestId('error').innerText()).resolves.toContain('Open the link that you were sent');
	await leave(page);

	const again = await visit(browser, { url: link });
	await again.getByTestId('call').click();
	await shows(again, 'failed');
	const words = await again.getByTestId('error').innerText();
	for (const part of ['This invitation has already been used', 'Each link is good for one call. Ask whoever invited you for another one.']) expect(words).toContain(part);
	await picture(again, 'invitation-used');
	await leave(again);
}, 180_000);

test('of two at once one gets through; without a link nobody does; an offer that cannot be answered spends nothing', async () => {
	const { token } = await invited();
	const offer = async (authorization?: string) =>
		await fetch(world.pageUrl, { method: 'POST', headers: { 'content-type': 'application/json', ...(authorization && { authorization }) }, body: JSON.stringify({ type: 'offer', sdp: 'v=0' }) });
	const codeOf = async (answer: Response): Promise<unknown> => ((await answer.json()) as { error: { code: string } }).error.code;
	expect(await codeOf(await offer())).toBe('VOICE_ERR_TOKEN_INVALID');
	// An offer that cannot be answered spends nothing.
	for (let turn = 0; turn < 2; turn++) expect(await codeOf(await offer(`Bearer ${token}`))).toBe('VOICE_ERR_BAD_OFFER');
	const page = await visit(browser, { url: 'about:blank' });
	const sdp = await page.evaluate<string>(`(async () => {
		const pc = new RTCPeerConnection();
		pc.addTransceiver('audio');
		pc.createDataChannel('events');
		await pc.setLocalDescription();
		return pc.localDescription.sdp;
	})()`);
	const both = await Promise.all(
		[1, 2].map(async () => await fetch(world.pageUrl, { method: 'POST', headers: { 'content-type': 'application/sdp', authorization: `Bearer ${token}` }, body: sdp })),
	);
	expect(both.map(({ status }) => status).sort()).toEqual([201, 403]);
	await leave(page);
}, 60_000);
