// Guards against: a bigger machine that gets smaller models, one that gets models it cannot hold, and a choice
// without a reason.
import fc from 'fast-check';
import { openCatalogue } from './catalogue/catalogue';
import { modelTasks } from './catalogue/schema';
import { BUILT_IN, choose, fittingTiers } from './best-tier';
import { describeMachine, type Machine } from '../machine/machine';

const catalogue = openCatalogue({});
const GB = 1e9;
function gpu(vram: number) {
	return { name: 'Some Card', vram };
}

const machines: fc.Arbitrary<Machine> = fc.record({
	ram: fc.integer({ min: 0.5 * GB, max: 128 * GB }),
	cores: fc.integer({ min: 1, max: 64 }),
	gpus: fc.array(fc.integer({ min: 1 * GB, max: 96 * GB }).map(gpu), { maxLength: 3 }),
});

function bestTier(machine: Machine): number {
	const [best] = fittingTiers(catalogue, machine);
	return best ? catalogue.tiers.indexOf(best) : catalogue.tiers.length;
}

function ids(machine: Machine) {
	return modelTasks.map((task) => choose(catalogue, machine)[task].id);
}

describe('choose', () => {
	it('never gives a bigger machine a smaller tier', () => {
		const more = fc.record({ ram: fc.nat(64 * GB), cores: fc.nat(32), gpus: fc.array(fc.nat(48 * GB).map(gpu), { maxLength: 2 }) });
		fc.assert(
			fc.property(machines, more, (small, added) => {
				const big: Machine = {
					ram: small.ram + added.ram,
					cores: small.cores + added.cores,
					gpus: [...added.gpus, ...small.gpus],
				};
				expect(bestTier(big)).toBeLessThanOrEqual(bestTier(small));
			}),
		);
	});

	it('takes all models of one tier that fits, or what ships with the package; gives a reason; and is always the same', () => {
		fc.assert(
			fc.property(machines, (machine) => {
				const tier = catalogue.tiers[bestTier(machine)];
				const choices = choose(catalogue, machine);
				expect(choose(catalogue, machine)).toEqual(choices);
				for (const task of modelTasks) {
					expect(choices[task].id).toBe(tier?.models[task] ?? BUILT_IN[task]);
					expect(choices[task].why).toBe(`${describeMachine(machine)}: ${choices[task].reason}.`);
					expect(choices[task].why).not.toMatch(/undefined|NaN|needs \.|needs $/);
				}
				if (!tier) return;
				expect(machine.ram).toBeGreaterThanOrEqual(tier.needs.ram);
				expect(machine.cores).toBeGreaterThanOrEqual(tier.needs.cores);
				expect(Math.max(0, ...machine.gpus.map(({ vram }) => vram))).toBeGreaterThanOrEqual(tier.needs.vram);
			}),
		);
	});

	it('does not add up two small cards', () => {
		const two: Machine = { ram: 64 * GB, cores: 16, gpus: [gpu(12 * GB), gpu(12 * GB)] };
		expect(choose(catalogue, two).orpheus.id).toBe('orpheus-3b-0.1-ft-q4_k_m');
	});

	it.each<[string, Machine, (string | undefined)[]]>([
		['1 GB of RAM', { ram: 1 * GB, cores: 4, gpus: [] }, ['pack:answer', undefined, undefined, 'pack:listen', 'flite', undefined]],
		['4 GB of RAM', { ram: 4 * GB, cores: 2, gpus: [] }, ['pack:answer', undefined, undefined, 'zipformer-streaming-en', 'piper-en-joe', 'smart-turn-v3.2']],
		['a laptop', { ram: 8 * GB, cores: 4, gpus: [] }, ['llama-3.2-1b-instruct-q4_k_m', undefined, undefined, 'zipformer-streaming-en', 'piper-en-joe', 'smart-turn-v3.2']],
		['a workstation', { ram: 32 * GB, cores: 12, gpus: [] }, ['llama-3.2-3b-instruct-q4_k_m', undefined, undefined, 'zipformer-streaming-en', 'kokoro-en-v0_19', 'smart-turn-v3.2']],
		[
			'an 8 GB card (8188 MiB)',
			{ ram: 16 * GB, cores: 8, gpus: [gpu(8188 * 1024 ** 2)] },
			['llama-3.2-3b-instruct-q4_k_m', 'orpheus-3b-0.1-ft-q4_k_m', 'snac-24khz-decoder', 'zipformer-streaming-en', 'kokoro-en-v0_19', 'smart-turn-v3.2'],
		],
		[
			'a 24 GB card (23034 MiB)',
			{ ram: 32 * GB, cores: 8, gpus: [gpu(23034 * 1024 ** 2)] },
			['llama-3.1-8b-instruct-q4_k_m', 'orpheus-3b-0.1-ft-q8_0', 'snac-24khz-decoder', 'zipformer-streaming-en', 'kokoro-en-v0_19', 'smart-turn-v3.2'],
		],
	])('gives %s what fits it', (_, machine, wanted) => {
		expect(ids(machine)).toEqual(wanted);
	});

	it('says what the machine has, what it lacks and what stands in', () => {
		const small = choose(catalogue, { ram: 3.9 * GB, cores: 1, gpus: [] });
		expect(small.chat.why).toBe(
			'3.9 GB of RAM, 1 core and no NVIDIA GPU: too little for a model of the catalogue, it needs 7.0 GB of RAM and 2 cores; the offline pack (appointments only) ships with the package.',
		);
		expect(small.orpheus.reason).toBe('too little for Orpheus in real time, it needs a GPU with 7.5 GB, 7.0 GB of RAM and 2 cores');
		const card = choose(catalogue, { ram: 32 * GB, cores: 8, gpus: [gpu(8.5 * GB)] });
		expect(card.chat.why).toMatch(/a GPU with 8\.5 GB \(Some Card\).*an 8 GB GPU fit; Llama 3\.1 8B Instruct, Q4_K_M would need a GPU with 22 GB\.$/);
	});

	it('goes by what was tried on this machine, in both directions', () => {
		const laptop: Machine = { ram: 16 * GB, cores: 4, gpus: [] };
		const choiceOf = (trials: Record<string, boolean>) => choose(catalogue, laptop, new Map(Object.entries(trials).map(([id, holdsRealTime]) => [id, { holdsRealTime }])));
		const better = choiceOf({ 'kokoro-en-v0_19': true }).voice;
		expect(better).toMatchObject({ id: 'kokoro-en-v0_19', reason: 'it was tried here and holds real time' });
		const slower = choiceOf({ 'llama-3.2-1b-instruct-q4_k_m': false }).chat;
		expect(slower.id).toBe('pack:answer');
		expect(slower.reason).toMatch(/; Llama 3\.2 1B Instruct, Q4_K_M was tried here and does not hold real time$/);
		expect(choiceOf({ 'orpheus-3b-0.1-ft-q4_k_m': true })).toMatchObject({ orpheus: { id: undefined }, snac: { id: undefined } });
		expect(choiceOf({ 'llama-3.1-8b-instruct-q4_k_m': true }).chat.id).not.toBe('llama-3.1-8b-instruct-q4_k_m');
	});

	it('wants no decoder for an Orpheus that was too slow', () => {
		const card: Machine = { ram: 16 * GB, cores: 8, gpus: [gpu(8.6 * GB)] };
		const { orpheus, snac, voice } = choose(catalogue, card, new Map([['orpheus-3b-0.1-ft-q4_k_m', { holdsRealTime: false }]]));
		expect([orpheus.id, snac.id, voice.id]).toEqual([undefined, undefined, 'kokoro-en-v0_19']);
	});
});
