// Guards against: words that are lost because their recogniser failed while the caller spoke.
import { transcribeSettings } from '../../contract/agent-settings';
import { lost, ScriptedEar } from '../fallback/engines.fixture';
import { RecogniserFallback } from './fallback';
import { Cooldowns } from '../fallback/cooldowns';

function sound(samples: number): Int16Array {
	return new Int16Array(samples);
}

async function open(ears: Record<string, ScriptedEar>) {
	const [model = '', ...fallbacks] = Object.keys(ears);
	const chain = new RecogniserFallback({ get: async (name) => await Promise.resolve(ears[name]!) }, new Cooldowns({ now: () => 0 }));
	const partials: string[] = [];
	const failures: string[] = [];
	const come: boolean[] = [];
	const listener = { onPartials: (each: boolean) => come.push(each), onPartial: (text: string) => partials.push(text), onFailed: (error: Error) => failures.push(error.message) };
	const stream = await chain.open(transcribeSettings.parse({ model, fallbacks }), listener);
	return { stream, partials, failures, come };
}

it('opens the next recogniser where the first cannot be', async () => {
	const { stream } = await open({ first: new ScriptedEar({ open: true }), second: new ScriptedEar() });
	stream.push(sound(7));
	expect(await stream.flush()).toMatchObject({ text: '7', engine: 'second', replaced: [{ from: 'first', to: 'second' }] });
	await expect(open({ first: new ScriptedEar({ open: true }) })).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
});

it('lets the next one hear the whole utterance when a text cannot be had', async () => {
	const second = new ScriptedEar();
	const { stream, failures } = await open({ first: new ScriptedEar({ flush: true }), second });
	stream.push(sound(100));
	stream.reset();
	stream.push(sound(3));
	stream.push(sound(4));
	expect(await stream.flush()).toMatchObject({ text: '7', engine: 'second' });
	expect(failures).toEqual([]);
});

it('says that whoever hears now cannot take the language, for an utterance and for a recording', async () => {
	const ears: Record<string, ScriptedEar> = { told: new ScriptedEar({ flush: true }), own: Object.assign(new ScriptedEar(), { languages: ['en'] }) };
	const chain = new RecogniserFallback({ get: async (name) => await Promise.resolve(ears[name]!) }, new Cooldowns({ now: () => 0 }));
	const settings = transcribeSettings.parse({ model: 'told', fallbacks: ['own'], language: 'de' });
	const [recorded, stream] = [await chain.transcribeAll(settings, sound(3), new AbortController().signal), await chain.open(settings, { onPartials: () => undefined, onPartial: () => undefined, onFailed: () => undefined })];
	expect(recorded).toMatchObject({ engine: 'told' });
	expect(recorded).not.toHaveProperty('remark');
	const remark = 'The language is German, and "own" understands only English.';
	expect(await stream.flush()).toMatchObject({ engine: 'own', remark });
	expect(await chain.transcribeAll({ ...settings, model: 'own' }, sound(3), new AbortController().signal)).toMatchObject({ engine: 'own', remark });
	await stream.close();
});

describe('the text so far', () => {
	it('is told where that is quick, and goes on', async () => {
		const { stream } = await open({ only: new ScriptedEar({}, false, true) });
		stream.push(sound(3));
		expect(await stream.soFar()).toMatchObject({ text: '3', understood: true, engine: 'only' });
		stream.push(sound(4));
		expect(await stream.flush()).toMatchObject({ text: '7' });
	});

	it('is not asked for where others would wait for it', async () => {
		const { stream } = await open({ only: new ScriptedEar({ flush: true }, false) });
		expect(await stream.soFar()).toBe(undefined);
	});

	it('takes no recogniser for lost: that is for the final text to find out', async () => {
		const { stream, failures } = await open({ only: new ScriptedEar({ flush: true }) });
		expect(await stream.soFar()).toBe(undefined);
		expect(failures).toEqual([]);
	});
});

it('goes on with the next one when a stream is lost, also while it is asked', async () => {
	const first = new ScriptedEar({ flush: true });
	const { stream, partials } = await open({ first, second: new ScriptedEar() });
	stream.push(sound(5));
	const asked = stream.flush();
	first.streams[0]?.listener.onFailed(lost());
	stream.push(sound(2));
	expect(await asked).toMatchObject({ text: '7', replaced: [{ from: 'first' }] });
	expect(first.streams[0]?.closed).toBe(true);
	// A late word of the lost one is not shown.
	const shown = partials.length;
	first.streams[0]?.listener.onPartial('late');
	expect(partials).toHaveLength(shown);
});

it('says so when nobody is left, once', async () => {
	const only = new ScriptedEar({ flush: true });
	const { stream, failures } = await open({ only });
	await expect(stream.flush()).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
	only.streams[0]?.listener.onFailed(lost());
	await expect(stream.flush()).rejects.toMatchObject({ code: 'VOICE_ERR_ENGINE_UNREACHABLE' });
	expect(failures).toEqual(['gone']);
});

it('closes what it opened, also while another is opened', async () => {
	const second = new ScriptedEar();
	const { stream, failures } = await open({ first: new ScriptedEar({ flush: true }), second });
	const asked = stream.flush().catch(() => undefined);
	await stream.close();
	await asked;
	expect(second.streams.every(({ closed }) => closed)).toBe(true);
	expect(failures).toEqual([]);
});

it('passes on no sound that a recogniser describes, whichever it is', async () => {
	const { stream, partials } = await open({ only: new ScriptedEar({ writes: '[Music]' }) });
	stream.push(sound(5));
	expect(await stream.flush()).toMatchObject({ text: '', understood: true });
	expect(partials).toEqual([]);
	const chain = new RecogniserFallback({ get: () => Promise.resolve(new ScriptedEar({ writes: '(wind blowing) Yes. [unclear]' })) }, new Cooldowns({ now: () => 0 }));
	expect(await chain.transcribeAll(transcribeSettings.parse({ model: 'only' }), sound(5), new AbortController().signal)).toMatchObject({ text: 'Yes. [unclear]' });
});

it('says whether words come while one speaks, and again when that changes', async () => {
	const first = new ScriptedEar();
	const { stream, come } = await open({ first, server: new ScriptedEar({}, false) });
	expect(come).toEqual([true]);
	first.streams[0]?.listener.onFailed(lost());
	expect(come).toEqual([true, false]);
	stream.push(sound(2));
	expect(await stream.flush()).toMatchObject({ engine: 'server' });
	expect(come).toEqual([true, false]);
});

it('does not say so of one that could not be opened, and nothing once it is closed', async () => {
	const second = new ScriptedEar();
	const { stream, come } = await open({ first: new ScriptedEar({ open: true }, false), second, third: new ScriptedEar({}, false) });
	expect(come).toEqual([true]);
	await stream.close();
	second.streams[0]?.listener.onFailed(lost());
	expect(come).toEqual([true]);
});

describe('servers that share the work', () => {
	it('hear as many callers each, and take those of one that fails', async () => {
		const ears: Record<string, ScriptedEar> = { a: new ScriptedEar(), b: new ScriptedEar({ flush: true }) };
		const links = (name: string) => (name === 'all' ? ['a', 'b'].map((each) => ({ name: each, shares: name })) : [{ name }]);
		const chain = new RecogniserFallback({ get: async (name) => await Promise.resolve(ears[name]!) }, new Cooldowns({ now: () => 0 }), links);
		const settings = transcribeSettings.parse({ model: 'all' });
		const listener = { onPartials: () => undefined, onPartial: () => undefined, onFailed: () => undefined };
		const open = async () => await chain.open(settings, listener);
		const [one, two, three, four] = await Promise.all([open(), open(), open(), open()]);
		expect([ears.a?.streams.length, ears.b?.streams.length]).toEqual([2, 2]);
		const heard = await Promise.all([one, two, three, four].map(async (stream) => await stream.flush()));
		expect(heard.map(({ engine }) => engine)).toEqual(['a', 'a', 'a', 'a']);
		for (const stream of [one, two, three, four]) await stream.close();
		// One that failed is passed over for recordings too.
		const done = await Promise.all([1, 2].map(async () => await chain.transcribeAll(settings, sound(3), new AbortController().signal)));
		expect(done).toMatchObject([{ engine: 'a', replaced: [{ from: 'b', to: 'a' }] }, { engine: 'a' }]);
	});

	it('are counted by the callers they hear, until those are gone', async () => {
		const ears: Record<string, ScriptedEar> = { a: new ScriptedEar(), b: new ScriptedEar() };
		const links = (name: string) => (name === 'all' ? ['a', 'b'].map((each) => ({ name: each, shares: name })) : [{ name }]);
		const chain = new RecogniserFallback({ get: async (name) => await Promise.resolve(ears[name]!) }, new Cooldowns({ now: () => 0 }), links);
		const listener = { onPartials: () => undefined, onPartial: () => undefined, onFailed: () => undefined };
		const open = async () => await chain.open(transcribeSettings.parse({ model: 'all' }), listener);
		const [first] = [await open(), await open(), await open()];
		await first.close();
		await open();
		expect([ears.a?.streams.length, ears.b?.streams.length]).toEqual([3, 1]);
	});
});
