// Guards against: a narrow network that we flood until nothing is understood, and a good one that is sent poor sound.
import { SEND_LEVELS, SendQuality } from './send-quality';

function levels(quality: SendQuality, seconds: number, roundTripMs: number | null): number[] {
	return Array.from({ length: seconds }, () => {
		quality.take({ roundTripMs });
		return SEND_LEVELS.indexOf(quality.level);
	});
}

it('sends less when packets queue up, step by step, and more again when they have not for a while', () => {
	const quality = new SendQuality();
	expect(new Set(levels(quality, 30, 40))).toEqual(new Set([0]));
	expect(levels(quality, 10, 700)).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2]);
	expect(levels(quality, 30, 45)).toEqual([...Array(14).fill(2), ...Array(15).fill(1), 0]);
});

it('a long way is no queue, one late answer is none either', () => {
	const quality = new SendQuality();
	expect(new Set(levels(quality, 60, 600))).toEqual(new Set([0]));
	for (let times = 0; times < 10; times++) expect([...levels(quality, 3, 1500), ...levels(quality, 2, 600)]).toEqual([0, 0, 0, 0, 0]);
});

it('a longer way after another network is known as such within minutes', () => {
	const quality = new SendQuality();
	levels(quality, 30, 20);
	levels(quality, 10, 400);
	expect(SEND_LEVELS.indexOf(quality.level)).toBeGreaterThan(0);
	expect(levels(quality, 300, 400).at(-1)).toBe(0);
});

it('knows nothing before the round trip was measured', () => {
	expect(new Set(levels(new SendQuality(), 30, null))).toEqual(new Set([0]));
});
