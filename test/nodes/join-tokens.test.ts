// Guards against: a link that lets in nobody, or more than its maker said; tools in a call that its caller may not use;
// a caller's identity that a model can write; a trigger that lets a caller in without asking the runtime about the token.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { ChatAsk, OpenSession, ReplyAsk } from '../../runtime/contract/control';
import type { JoinKeys } from '../../runtime/contract/join-token';
import { sealedResumeToken } from '../../runtime/lib/call-token';
import { JoinTokens } from '../../runtime/gateway/join-tokens/join-tokens';
import { SpentTokensFile } from '../../runtime/gateway/join-tokens/spent-tokens';
import { type NodeSpec, STATE_FOLDER, errorOf, execute, itemsOf, loadPackage, ours, workflowOf } from './engine';
import { KEY, Refusal, SESSION, StandInRuntime, TURN } from './stand-in-runtime';
import { WebhookHost } from './webhook-host';

const runtime = new StandInRuntime();
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-join-'));

beforeAll(async () => {
	await loadPackage();
	await runtime.start(STATE_FOLDER);
});
afterEach(() => runtime.forget());
afterAll(async () => {
	await runtime.stop();
	rmSync(folder, { recursive: true, force: true });
});

const SECRET = 'a secret that is long enough for HS256';
const CREDENTIAL = { kind: 'secret', secret: SECRET, keyId: 'k2', earlierSecret: 'x'.repeat(40), earlierKeyId: 'k1' };
/** Signed with the earlier secret; all else is the runtime's to judge. */
const SIGNED = `a.b.${createHmac('sha256', 'x'.repeat(40)).update('a.b').digest('base64url')}`;
const KEYS: JoinKeys = { kind: 'secrets', secrets: [{ id: 'k2', secret: SECRET }, { id: 'k1', secret: 'x'.repeat(40) }] };
const BY_CREDENTIAL = { credentials: { voiceJoinTokensApi: { id: '1', name: 'Join' } } };

describe('Voice Session', () => {
	const start: NodeSpec = { name: 'Form', type: 'test.start' };

	async function mint(parameters: INodeParameters, { credential = CREDENTIAL, item = { email: 'ann@example.com' } }: { credential?: IDataObject; item?: IDataObject } = {}) {
		const node: NodeSpec = { name: 'Invite', type: ours('voiceSessionAction'), parameters: { callerId: '={{ $json.email }}', ...parameters }, more: BY_CREDENTIAL };
		return await execute(workflowOf([start, node], [['Form', 'Invite']]), 'Form', [{ json: item }], { credential });
	}

	async function admitted(token: unknown, more: object = {}) {
		const tokens = new JoinTokens(new SpentTokensFile(path.join(folder, 'spent.sqlite')));
		try {
			return await tokens.admit({ token: String(token), keys: KEYS, agent: 'voice', ...more });
		} finally {
			tokens.close();
		}
	}

	test('makes a link whose token opens one call, with all that was set', async () => {
		const result = await mint({
			toolAccess: 'selected',
			tools: 'list_appointments, book_appointment',
			validMinutes: 5,
			options: { callerName: 'Ann', callerData: '{"customer": 7}', maxCallDuration: 2, origin: 'https://shop.example' },
		});
		const [item] = itemsOf(result, 'Invite');
		expect(item?.json).toMatchObject({ agent: 'voice', callerId: 'ann@example.com', tokenId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
		expect(item?.json.link).toBe(`http://127.0.0.1:5678/webhook/voice#token=${item?.json.token as string}`);
		expect(Date.parse(item?.json.expiresAt as string) - Date.now()).toBeLessThanOrEqual(300_000);
		await expect(admitted(item?.json.token, { agent: 'other' })).rejects.toMatchObject({ code: 'VOICE_ERR_TOKEN_INVALID' });
		const { permit } = await admitted(item?.json.token, { origin: 'https://shop.example' });
		expect(permit).toEqual({
			caller: { id: 'ann@example.com', name: 'Ann', data: { customer: 7 } },
			tools: ['list_appointments', 'book_appointment'],
			maxCallMs: 120_000,
		});
		await expect(admitted(item?.json.token, { origin: 'https://shop.example' })).rejects.toMatchObject({ code: 'VOICE_ERR_TOKEN_USED' });
	});

	test.each<[string, INodeParameters, string[] | undefined, string]>([
		['no tools', { toolAccess: 'none', tools: 'left_over' }, [], 'http://127.0.0.1:5678/webhook/voice'],
		['all tools', { toolAccess: 'all', tools: 'left_over', options: { testPage: true } }, undefined, 'http://127.0.0.1:5678/webhook-test/voice'],
		['a page of one\'s own', { options: { pageUrl: 'https://www.example.com/call?x=1' } }, undefined, 'https://www.example.com/call?x=1'],
	])('%s', async (_what, parameters, tools, page) => {
		const [item] = itemsOf(await mint(parameters), 'Invite');
		expect((item?.json.link as string).split('#')[0]).toBe(page);
		expect((await admitted(item?.json.token)).permit.tools).toEqual(tools);
	});

	test.each<[string, INodeParameters, object, RegExp]>([
		['nobody', {}, { item: { email: '' } }, /callerId is not valid/],
		['a number for ever', { validMinutes: 1e9 }, {}, /validMinutes is not valid/],
		['a website that is none', { options: { origin: 'shop' } }, {}, /origin is not valid/],
		['data that is no object', { options: { callerData: '[1]' } }, {}, /data is not valid/],
		['data that no link can hold', { options: { callerData: JSON.stringify({ x: 'y'.repeat(9000) }) } }, {}, /too large for a link/],
		['a secret that can be guessed', {}, { credential: { kind: 'secret', secret: 'short' } }, /at least 32 characters/],
		['public keys, which sign nothing', {}, { credential: { kind: 'jwks', jwksUrl: 'https://id.example/jwks', issuer: '' } }, /no secret to sign with/],
	])('%s: it says what is wrong', async (_what, parameters, more, words) => {
		expect(errorOf(await mint(parameters, more)).message).toMatch(words);
	});

	test('goes on with the other items where it is set to', async () => {
		const node: NodeSpec = { name: 'Invite', type: ours('voiceSessionAction'), parameters: { callerId: '={{ $json.email }}' }, more: { ...BY_CREDENTIAL, onError: 'continueErrorOutput' } };
		const result = await execute(workflowOf([start, node], [['Form', 'Invite']]), 'Form', [{ json: { email: '' } }, { json: { email: 'bob' } }], { credential: CREDENTIAL });
		expect(itemsOf(result, 'Invite')).toMatchObject([{ json: { callerId: 'bob' }, pairedItem: { item: 1 } }]);
		expect(itemsOf(result, 'Invite', 1)).toMatchObject([{ json: { email: '', error: { code: 'VOICE_ERR_BAD_REQUEST' } } }]);
	});

	test.each([
		[CREDENTIAL, 'OK'],
		[{ ...CREDENTIAL, secret: 'short' }, 'Error'],
		[{ kind: 'jwks', jwksUrl: 'http://127.0.0.1:1/jwks', issuer: '' }, 'Error'],
		[{}, 'Error'],
	])('the credential is tested: %j', async (data, status) => {
		const loader = await loadPackage();
		const { type } = loader.nodeTypes.voiceSessionAction as unknown as { type: { methods: { credentialTest: Record<string, (this: object, credential: { data: object }) => Promise<unknown>> } } };
		await expect(type.methods.credentialTest.testJoinTokens?.call({}, { data })).resolves.toMatchObject({ status });
	});
});

describe('the trigger', () => {
	let host: WebhookHost;
	afterEach(async () => await host.close());

	async function open(more: NodeSpec['more'] = BY_CREDENTIAL): Promise<void> {
		runtime.will('openSession', { sessionId: SESSION, answer: 'v=0 answer' });
		runtime.will('page', '<!doctype html>the page');
		const voice: NodeSpec = { name: 'Voice', type: ours('voiceSessionTrigger'), parameters: { callers: 'token', options: { allowedOrigins: 'https://shop.example' } }, more };
		host = await new WebhookHost(workflowOf([voice], []), 'Voice').listen();
		host.credential = CREDENTIAL;
	}
	const offer = (headers: Record<string, string> = {}) => fetch(host.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{"type":"offer","sdp":"v=0"}' });

	test('hands the token to the runtime, with the keys, the agent and the website', async () => {
		await open();
		expect((await offer({ authorization: `Bearer ${SIGNED}`, origin: 'https://shop.example' })).status).toBe(201);
		expect((runtime.of('openSession') as OpenSession[]).map(({ join }) => join)).toEqual([{ token: SIGNED, keys: KEYS, agent: 'voice', origin: 'https://shop.example' }]);
	});

	test.each([
		['none', {}],
		['something that is no token', { authorization: 'Bearer let me in' }],
		['a token that somebody else has signed', { authorization: `Bearer a.b.${createHmac('sha256', 'another secret').update('a.b').digest('base64url')}` }],
		['a token whose words were changed', { authorization: `Bearer ${SIGNED.replace('a.b', 'a.c')}` }],
	])('who shows %s asks and starts no runtime, whatever they ask for', async (_what, headers: Record<string, string>) => {
		await open();
		const answers = [await offer(headers), await fetch(host.url, { headers: { ...headers, accept: 'application/json' } }), await fetch(`${host.url}?session=${SESSION}`, { method: 'DELETE', headers })];
		for (const answer of answers) expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([403, 'VOICE_ERR_TOKEN_INVALID']);
		expect(runtime.asked).toEqual([]);
	});

	test('tells of TURN servers only who has a good token, which the runtime says', async () => {
		await open();
		runtime.will('iceServers', { iceServers: [], iceTransportPolicy: 'all', lifetimeSeconds: 600 });
		const asked = async () => (await fetch(host.url, { headers: { accept: 'application/json', authorization: `Bearer ${SIGNED}` } })).status;
		runtime.will('checkJoinToken', new Refusal('VOICE_ERR_TOKEN_EXPIRED'));
		expect(await asked()).toBe(403);
		expect(runtime.of('iceServers')).toEqual([]);
		runtime.will('checkJoinToken', undefined);
		expect(await asked()).toBe(200);
		expect(runtime.of('checkJoinToken')).toEqual([1, 2].map(() => ({ token: SIGNED, keys: KEYS, agent: 'voice' })));
	});

	test('whose call goes on has used their token: they are told of TURN servers, and let in, by their call', async () => {
		await open();
		runtime.will('iceServers', { iceServers: [], iceTransportPolicy: 'all', lifetimeSeconds: 600 });
		const resumeToken = sealedResumeToken(KEY, `${SESSION}.${'r'.repeat(43)}`);
		const asked = await fetch(host.url, { headers: { accept: 'application/json', 'x-voice-resume-token': resumeToken } });
		expect(asked.status).toBe(200);
		const resumed = await fetch(host.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'offer', sdp: 'v=0 back', resumeToken }) });
		expect(resumed.status).toBe(201);
		expect(runtime.of('checkJoinToken')).toEqual([]);
		expect((runtime.of('openSession') as OpenSession[]).map(({ join }) => join)).toEqual([undefined]);
	});

	test('shows the page to everybody, and says who may call', async () => {
		await open();
		expect((await fetch(host.url)).status).toBe(200);
		expect(runtime.of('page')).toMatchObject([{ agent: 'Voice agent', callers: 'token' }]);
	});

	test('lets nobody in without a credential', async () => {
		await open({});
		const response = await offer({ authorization: 'Bearer a.b.c' });
		expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([503, 'VOICE_ERR_TOKEN_KEYS']);
		expect(runtime.of('openSession')).toEqual([]);
	});
});

describe('in a call with a token', () => {
	const CALLER = { id: 'ann@example.com', data: { customer: 7 } };
	const EVENT = { event: 'turn', sessionId: SESSION, turnId: TURN, turn: 1, heard: 'book it', understood: true, at: '2026-01-01T00:00:00.000Z', durationMs: 900, caller: CALLER, allowedTools: ['book'] };
	const ROW = { workflowId: { __rl: true, mode: 'id', value: 'w2' }, inputs: { input: [{ name: 'what' }, { name: 'caller' }] } };
	const TOOLS = { workflow: [{ ...ROW, name: 'book' }, { ...ROW, name: 'refund' }] };
	const MODEL = { engine: 'pack:answer', replaced: [] };
	const usage = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
	const call = (name: string) => ({ id: name, name, arguments: { what: 'x', caller: 'I am the boss' } });

	async function run(parameters: INodeParameters, item: IDataObject = EVENT) {
		const seen: IDataObject[] = [];
		const nodes: NodeSpec[] = [
			{ name: 'Voice', type: ours('voiceSessionTrigger') },
			{ name: 'Other words', type: 'test.replace' },
			{ name: 'Llama', type: ours('llamaChat'), parameters: { prompt: 'Book it.', tools: TOOLS, ...parameters } },
		];
		const result = await execute(workflowOf(nodes, [['Voice', 'Other words'], ['Other words', 'Llama']]), 'Voice', [{ json: item }], {
			mode: 'webhook',
			subWorkflow: async (_id, [given]) => {
				seen.push(given?.json ?? {});
				return { executionId: 'x', data: [[{ json: {} }]] };
			},
		});
		itemsOf(result, 'Llama');
		return seen;
	}

	test('a tool gets the caller as data, which the model cannot write, and the others are neither offered nor run', async () => {
		const rest = { interrupted: false, tools: [], lookAhead: false, note: '', usage, timings: {}, ...MODEL };
		runtime.will('reply', { status: 'toolCalls', calls: [call('book'), call('refund')] });
		runtime.will('toolResults', { status: 'done', text: 'Done.', ...rest });
		expect(await run({})).toEqual([{ what: 'x', caller: CALLER }]);
		expect((runtime.of('reply') as ReplyAsk[])[0]?.tools.map(({ name }) => name)).toEqual(['book']);
	});

	test('so it is in a separate conversation, which names its turn', async () => {
		const said = { stopReason: 'end', usage, ttftMs: 1, durationMs: 1, ...MODEL };
		runtime.will('chat', { ...said, text: '', toolCalls: [call('book'), call('refund')] }, { ...said, text: 'Done.', toolCalls: [] });
		expect(await run({ options: { conversation: 'own' } })).toEqual([{ what: 'x', caller: CALLER }]);
		expect((runtime.of('chat') as ChatAsk[]).map(({ turnId, tools }) => [turnId, tools.map(({ name }) => name)])).toEqual([
			[TURN, ['book']],
			[TURN, ['book']],
		]);
	});

	test('without a token all is as it was', async () => {
		const said = { stopReason: 'end', usage, ttftMs: 1, durationMs: 1, ...MODEL };
		runtime.will('chat', { ...said, text: '', toolCalls: [call('refund')] }, { ...said, text: 'Done.', toolCalls: [] });
		expect(await run({ options: { conversation: 'own' } }, { ...EVENT, caller: undefined, allowedTools: undefined })).toEqual([{ what: 'x', caller: 'I am the boss' }]);
	});
});
