// Guards against: a turn whose data says that the network was well while words were lost, or the other way round.
import type { LinkFigures } from '../../contract/link';
import { CallScenario, now } from './call-scenario.fixture';
import { LinkQuality } from './link-quality';

const second = (lostIn: number, more: Partial<LinkFigures> = {}, at = 0): LinkFigures & { at: number } => ({ at, ms: 1000, lostIn, concealed: 0, concealedMs: 0, stretched: 0, jitterMs: 5, roundTripMs: 40, lostOut: null, ...more });

it('says what was while the caller spoke', () => {
	const link = new LinkQuality();
	link.push(second(0.9));
	link.speechBegins(1000);
	link.push(second(0.1, { jitterMs: 30 }));
	link.speechBegins(1000);
	link.push(second(0.2));
	expect(link.take(340.4)).toEqual({ lostPercent: 15, concealedPercent: 0, worstPercent: 20, concealedMs: 0, missedMs: 340, jitterMs: 30, roundTripMs: 40 });
	link.speechEnds();
	link.push(second(0));
	link.speechBegins(1000);
	expect(link.take(0)).toMatchObject({ lostPercent: 0, missedMs: 0 });
});

it('what was lost right before they were heard may have been their first syllable', () => {
	const link = new LinkQuality();
	link.push(second(1, { ms: 150, concealed: 1, concealedMs: 150 }, 3000));
	link.push(second(0.5, { ms: 150, concealed: 1, concealedMs: 130 }, 4800));
	link.push(second(0, { ms: 100 }, 4900));
	link.speechBegins(5000);
	expect(link.take(0)).toMatchObject({ concealedMs: 130 });
	link.speechEnds();
	link.speechBegins(9000);
	link.push(second(0, {}, 10_000));
	expect(link.take(0)).toMatchObject({ concealedMs: 0 });
});

it('says nothing where nothing was measured', () => {
	expect(new LinkQuality().take(0)).toBeUndefined();
});

describe('in a call', () => {
	beforeEach(() => jest.useFakeTimers());
	afterEach(() => jest.useRealTimers());

	it('half a sentence is no turn while its packets are missing; the turn\'s data says what was missed', async () => {
		const scenario = await new CallScenario().connected();
		await scenario.speaks('what is on');
		scenario.link().emit({ type: 'soundMissing', at: now(), since: now() - 100 }, { type: 'link', ...second(0.25), at: now() });
		await scenario.silence(10_000);
		expect(scenario.started).toEqual([]);
		scenario.link().emit({ type: 'soundBack', at: now(), missedMs: 10_100 });
		await scenario.silence(3000);
		expect(scenario.dispatched.at(-1)).toMatchObject({ event: 'turn', heard: 'what is on', link: { lostPercent: 25, concealedPercent: 0, worstPercent: 25, concealedMs: 0, missedMs: 10_100, jitterMs: 5, roundTripMs: 40 } });
	});
});
