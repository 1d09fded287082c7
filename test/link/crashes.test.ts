// Guards against: a conversation that a dead process takes with it: words of the caller, results of tools, what was being said,
// a tool that is started twice, or a caller who comes back into another call.
import { setTimeout as sleep } from 'node:timers/promises';
import { speech } from '../media/speech';
import { type CrashCaller, until } from './crash-caller';
import { CrashWorld, type Execution } from './crash-world';
import { UdpProxy } from './udp-proxy';

jest.setTimeout(120_000);

const REQUEST = speech('What is on my calendar tomorrow?');
const THANKS = speech('Thank you.');
const DONE = 'That is done.';

let world: CrashWorld;
let caller: CrashCaller;
let call: string;

beforeAll(async () => {
	world = await CrashWorld.start();
});
afterAll(async () => await world?.stop());
beforeEach(async () => {
	world.forget();
	caller = await world.caller().call();
	call = caller.sessionId;
});
afterEach(async () => await caller?.stop());

/** Holds what calls it until it is let go. */
function held(): { readonly wait: () => Promise<void>; readonly letGo: () => void; readonly waiting: () => boolean } {
	let letGo: () => void = () => undefined;
	const gone = new Promise<void>((resolve) => (letGo = resolve));
	let waiting = false;
	return { wait: async () => ((waiting = true), await gone), letGo, waiting: () => waiting };
}

async function isBack(): Promise<void> {
	await until(() => caller.of('session.started').at(-1)?.resumed === true && caller.state === 'listening');
	expect(caller.sessionId).toBe(call);
}

/** The turn is answered to its end, its tool has run once, and the model is shown all of it when the caller goes on. */
async function goesOn(): Promise<void> {
	await until(() => world.executions.length > 0 && world.idle);
	const [first] = world.executions;
	expect(first).toMatchObject({ taken: [{ ok: true }], answer: expect.stringMatching(DONE) });
	expect(first?.error).toBeUndefined();
	expect(first?.heard).toBe(first?.answer);
	expect([...world.runs.values()]).toEqual([1]);
	await isBack();
	caller.says(THANKS);
	await until(() => world.executions.at(-1)?.answer === 'You are welcome.');
	const messages = world.shown.at(-1) ?? [];
	expect(messages.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([first?.text, expect.stringContaining('thank')]);
	// A machine that has too much to do may lose some of its sound.
	expect(first?.text).toMatch(/calendar tomorrow/);
	expect(messages.filter(({ role }) => role === 'tool').map(({ content }) => content)).toEqual([JSON.stringify({ booked: [...world.given.values()][0] })]);
	expect(caller.of('error')).toEqual([]);
	await until(() => world.idle);
}

describe('the gateway is killed', () => {
	test('in mid-sentence of the caller: the words that it had are the beginning of what is said next', async () => {
		caller.says(REQUEST);
		await until(() => (caller.of('caption.partial').at(-1)?.text.split(' ').length ?? 0) >= 3);
		await world.kill('gateway');
		const words = caller.of('caption.partial').at(-1)?.text ?? '';
		await until(() => caller.of('session.started').at(-1)?.resumed === true);
		expect(caller.sessionId).toBe(call);
		// They were words enough for a turn of their own, or what is said next goes on with them.
		caller.says(THANKS);
		await until(() => world.executions.map(({ text }) => text).join(' ').includes('thank') && world.idle);
		expect(world.executions.map(({ text }) => text).join(' ').startsWith(words)).toBe(true);
	});

	test('in mid-thought: the model is asked again, and answers once', async () => {
		const thought = held();
		const { thinks } = world;
		world.thinks = thought.wait;
		caller.says(REQUEST);
		await until(thought.waiting);
		world.thinks = thinks;
		await world.kill('gateway');
		thought.letGo();
		await goesOn();
	});

	test('in mid-tool: its result is taken by the next one, and it is not started again', async () => {
		const run = held();
		const { tool } = world;
		world.tool = run.wait;
		caller.says(REQUEST);
		await until(run.waiting);
		await world.kill('gateway');
		await until(() => caller.of('session.started').at(-1)?.resumed === true);
		run.letGo();
		world.tool = tool;
		await goesOn();
	});

	test('between a tool\'s result and the reply', async () => {
		const thought = held();
		const { thinks } = world;
		caller.says(REQUEST);
		await until(() => world.runs.size > 0);
		world.thinks = thought.wait;
		await until(thought.waiting);
		world.thinks = thinks;
		await world.kill('gateway');
		thought.letGo();
		await goesOn();
	});

	test('in mid-speech: what was heard is not said again, and the rest is said', async () => {
		caller.says(REQUEST);
		await until(() => caller.state === 'speaking' && caller.of('reply.partial').length > 3);
		await world.kill('gateway');
		await goesOn();
		// Of all that was written one piece was spoken twice at most: the one that was being heard.
		expect(world.answering).toBeLessThanOrEqual(3);
	});

	test('while the caller is away: they come back into their call, and hear what it had to say', async () => {
		const run = held();
		const { tool } = world;
		world.tool = run.wait;
		caller.says(REQUEST);
		await until(run.waiting);
		caller.leaves();
		await until(() => caller.of('link.lost').length >= 0 && run.waiting());
		await world.kill('gateway');
		run.letGo();
		world.tool = tool;
		await until(() => world.executions[0]?.taken.length === 1);
		await caller.comesBack();
		await goesOn();
	});

	test.each(['while it runs', 'between its end and its handing over'])('and n8n with a tool, %s: the caller hears of it by itself, the model reads that it is not known yet, and it is not started again', async (when) => {
		const run = held();
		const { tool } = world;
		world.tool = run.wait;
		caller.says(REQUEST);
		await until(run.waiting);
		const dies = world.kill('gateway');
		if (when !== 'while it runs') {
			run.letGo();
			await until(() => world.given.size === 1);
		}
		world.killWorkflow();
		await dies;
		world.tool = tool;
		await until(() => caller.of('error').length > 0 && caller.state === 'listening');
		expect(caller.of('error')).toMatchObject([{ error: { code: 'VOICE_ERR_WORKFLOW_GONE', message: expect.stringMatching(/ran a tool/) } }]);
		caller.says(THANKS);
		await until(() => world.executions.at(-1)?.answer === 'You are welcome.');
		expect(world.shown.at(-1)?.find(({ role }) => role === 'tool')?.content).toContain('not known yet');
		expect([...world.runs.values()]).toEqual([1]);
	});

	test('and a tool whose caller goes on is not known yet: the model is told so, and it is not started again', async () => {
		const run = held();
		const { tool } = world;
		world.tool = async () => await run.wait().then(async () => await new Promise(() => undefined));
		caller.says(REQUEST);
		await until(run.waiting);
		await world.kill('gateway');
		await until(() => caller.of('session.started').at(-1)?.resumed === true);
		world.tool = tool;
		caller.says(THANKS);
		await until(() => world.executions.at(-1)?.answer === 'You are welcome.');
		expect(world.shown.at(-1)?.find(({ role }) => role === 'tool')?.content).toContain('not known yet');
		expect([...world.runs.values()]).toEqual([1]);
	});
});

test('the runtime is told to stop and started again: the caller is back in the same conversation, with the turn under way', async () => {
	const run = held();
	const { tool } = world;
	world.tool = run.wait;
	caller.says(REQUEST);
	await until(run.waiting);
	await world.restart();
	await until(() => caller.of('session.started').at(-1)?.resumed === true);
	run.letGo();
	world.tool = tool;
	expect(caller.of('session.ended')).toEqual([]);
	await goesOn();
});

test('the media process is killed in mid-speech: the rest is said over the next connection', async () => {
	caller.says(REQUEST);
	await until(() => caller.state === 'speaking' && caller.of('reply.partial').length > 3);
	await world.kill('media');
	await goesOn();
});

test('the models\' process is killed in mid-sentence: all words of it are recognised by the next one', async () => {
	caller.says(REQUEST);
	await until(() => (caller.of('caption.partial').at(-1)?.text.split(' ').length ?? 0) >= 3);
	await world.kill('inference');
	await until(() => world.executions.length > 0 && world.idle);
	expect(world.executions[0]?.text).toMatch(/^what is .*calendar tomorrow/);
	expect([...world.runs.values()].every((count) => count === 1)).toBe(true);
});

const FAULTS: Record<string, (callers: readonly CrashCaller[]) => Promise<unknown>> = {
	'the media process is killed': async (callers) => {
		await world.kill('media');
		await until(() => callers.every((each) => each.of('session.started').at(-1)?.resumed === true));
	},
	'the models\' process is killed': async () => await world.kill('inference'),
	'the pages are reloaded': async (callers) => {
		for (const each of callers) each.leaves();
		await Promise.all(callers.map(async (each) => await each.comesBack()));
	},
	'the path is lost for 3 s': async (callers) => {
		const cut = (how: UdpProxy['cut']): void => callers.forEach(({ network }) => network && (network.cut = how));
		cut('both');
		await sleep(3000);
		cut('none');
	},
	'the callers have other addresses': async (callers) => await Promise.all(callers.map(async (each) => await each.moves())),
};

describe('of three callers one speaks, one waits for the model and one for a tool', () => {
	const callers: CrashCaller[] = [];
	const networks: UdpProxy[] = [];

	beforeEach(async () => {
		for (let n = 0; n < 3; n++) {
			const network = await UdpProxy.open();
			networks.push(network);
			const each = world.caller();
			each.network = network;
			callers.push(await each.call());
		}
	});
	afterEach(async () => {
		for (const each of callers.splice(0)) await each.stop();
		for (const each of networks.splice(0)) each.close();
	});

	function turnsOf({ sessionId }: CrashCaller): Execution[] {
		return world.executions.filter(({ turn }) => turn.sessionId === sessionId);
	}

	function saidBy(each: CrashCaller): string {
		return turnsOf(each).map(({ text }) => text).join(' ');
	}

	test.each(Object.keys(FAULTS))('%s: all three go on where they were, nothing is lost and nothing is done twice', async (fault) => {
		const [speaks, thinks, waits] = callers as [CrashCaller, CrashCaller, CrashCaller];
		const [run, thought] = [held(), held()];
		const { tool, thinks: model } = world;
		world.tool = run.wait;
		waits.says(REQUEST);
		await until(run.waiting);
		world.tool = tool;
		world.thinks = thought.wait;
		thinks.says(REQUEST);
		await until(thought.waiting);
		world.thinks = model;
		speaks.says(REQUEST);
		await until(() => (speaks.of('caption.partial').at(-1)?.text.split(' ').length ?? 0) >= 3);

		await FAULTS[fault]?.(callers);
		thought.letGo();
		run.letGo();
		const both = [thinks, waits];
		await until(() => both.every((each) => turnsOf(each).length === 1 && turnsOf(each)[0]?.done === true && each.state === 'listening'));
		for (const each of both) {
			const [turn] = turnsOf(each);
			expect(turn?.error).toBeUndefined();
			expect(turn).toMatchObject({ taken: [{ ok: true }], answer: expect.stringMatching(DONE), heard: turn?.answer });
		}
		for (const each of callers) each.says(THANKS);
		await until(() => callers.every((each) => saidBy(each).includes('thank') && turnsOf(each).every(({ done }) => done)));
		// Where the sound broke off a word may have become another: those before it are there, or nothing was understood, and the agent knows it.
		const [broken] = turnsOf(speaks);
		expect(broken?.turn.understood === false || broken?.text.startsWith('what is')).toBe(true);
		for (const each of both) {
			const [first, second] = turnsOf(each);
			expect(second?.answer).toBe('You are welcome.');
			// What the model is shown of the conversation: words, result and thanks, each once.
			const shown = world.shown.findLast((messages) => messages.some(({ role, content }) => role === 'tool' && content === JSON.stringify(first?.taken[0]?.result))) ?? [];
			expect(shown.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([first?.text, second?.text]);
			expect(shown.filter(({ role }) => role === 'tool')).toHaveLength(1);
		}
		expect([...world.runs.values()].every((count) => count === 1)).toBe(true);
		// That nobody hears the callers for a moment is told, and that it is over.
		expect(callers.flatMap((each) => each.of('error').filter(({ turnId, error }) => turnId !== undefined || !each.of('recovered').some(({ code }) => code === error.code)))).toEqual([]);
	});
});
