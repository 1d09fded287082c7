// Guards against: any order of text, voice, media and interruption in which an utterance has no end or two, sends
// something after its end, or claims that something was heard which was not written.
import fc from 'fast-check';
import { VoiceError } from '../../contract/errors';
import type { MediaInput } from '../../rpc/media-protocol';
import { CANCELLED, VOICE_RATE, samplesOf, soon, SpokenUtterance } from './spoken-utterance.fixture';

const RUNS = { numRuns: 600 };
const broken = new VoiceError('VOICE_ERR_MODEL_FAILED', 'The voice broke.');

type Command =
	| { type: 'write'; text: string }
	| { type: 'makes'; ms: number }
	| { type: 'plays'; ms: number }
	| { type: 'settle' | 'end' | 'interrupt' | 'abandon' | 'wait' | 'pieceEnd' | 'voiceDone' | 'voiceFails' | 'playing' | 'played' | 'strayPlayed' };

const command: fc.Arbitrary<Command> = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ type: fc.constant('write' as const), text: fc.constantFrom('You are free. ', 'All day', ' long. ', 'It is $3.50, ', '\u{1f600}\n', '**so** ', '- a\n- b\n') }) },
	{ weight: 6, arbitrary: fc.record({ type: fc.constant('makes' as const), ms: fc.constantFrom(10, 300, 2500) }) },
	{ weight: 5, arbitrary: fc.record({ type: fc.constant('plays' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
	{ weight: 4, arbitrary: fc.constant({ type: 'wait' as const }) },
	{ weight: 4, arbitrary: fc.constant({ type: 'pieceEnd' as const }) },
	{ weight: 2, arbitrary: fc.constantFrom(...(['settle', 'end', 'voiceDone', 'playing', 'played'] as const)).map((type) => ({ type })) },
	{ weight: 1, arbitrary: fc.constantFrom(...(['interrupt', 'abandon', 'voiceFails', 'strayPlayed'] as const)).map((type) => ({ type })) },
);

/** From its first word on, or where the voice has a whole text and may be done before anything else happens. */
const script: fc.Arbitrary<Command[]> = fc
	.tuple(fc.constantFrom<Command[]>([], [{ type: 'write', text: 'You are free. ' }, { type: 'end' }, { type: 'wait' }, { type: 'makes', ms: 300 }, { type: 'pieceEnd' }, { type: 'wait' }]), fc.array(command, { maxLength: 40 }))
	.map(([before, commands]) => [...before, ...commands]);

/** A voice and a media link that obey their protocol, each in its own time. */
class World {
	readonly spoken = new SpokenUtterance();
	written = '';
	private played = 0;
	private mediaOver = false;
	private sentAtEnd: number | undefined;
	private heardAtEnd: string | undefined;
	private readonly made = new Map<number, number>();
	private readonly whole = new Set<number>();

	async carryOut(next: Command): Promise<void> {
		const { spoken } = this;
		const { utterance } = spoken;
		const { type } = next;
		if (type === 'wait') await soon();
		else if (type === 'write') {
			utterance.write(next.text);
			this.written += next.text;
		} else if (type === 'makes') this.makes(next.ms);
		else if (type === 'pieceEnd') this.pieceEnd();
		else if (type === 'voiceDone') this.voiceDone();
		else if (type === 'voiceFails') this.voice?.reject(broken);
		else if (type === 'playing' && this.announced) spoken.begins();
		else if (type === 'plays' && this.announced && !this.mediaOver) {
			this.played = Math.min(this.sentSamples, this.played + samplesOf(next.ms));
			utterance.onMedia({ type: 'progress', utteranceId: 'u1', playedSamples: this.played});
		} else if (type === 'played') this.endOfMedia();
		// Another utterance was interrupted: media drops them all.
		else if (type === 'strayPlayed' && this.announced) this.report(false);
		else if (type === 'settle' || type === 'end' || type === 'interrupt' || type === 'abandon') utterance[type]();
		this.look();
	}

	/** Text, voice and media come to their ends, each as it is used to. */
	async comesToItsEnd(): Promise<void> {
		this.spoken.utterance.end();
		await soon();
		while (this.unmade.length > 0 && this.voice?.open) {
			this.makes(300);
			this.pieceEnd();
			await this.carryOut({ type: 'plays', ms: 100_000 });
			await soon();
		}
		this.voiceDone();
		await soon();
		this.look();
		this.endOfMedia();
		await soon();
		this.look();
	}

	check(): void {
		const { outcomes, utterance, sent } = this.spoken;
		expect(outcomes).toHaveLength(1);
		const [outcome] = outcomes;
		expect(utterance.heard).toBe(outcome?.heard);
		expect(utterance.heard).toBe(this.heardAtEnd);
		expect(sent).toHaveLength(this.sentAtEnd ?? -1);
		expect(outcome?.spokenMs).toBeLessThanOrEqual(Math.round((this.sentSamples * 1000) / VOICE_RATE));
		expect(outcome?.error === undefined || !outcome.complete).toBe(true);
		const order = sent.map(({ type }) => type).join(' ');
		expect(order).toMatch(/^(?:utterance(?: play)+(?: playEnd)?(?: flush(?: play)*)?)?$/);
		const holds = this.voice?.of('hold').map(({ hold }) => hold) ?? [];
		expect(holds).toEqual(holds.map((_hold, index) => index % 2 === 0));
		const { utterance: { over } } = this.spoken;
		expect(over && this.voice?.open && !this.voice.cancelled).toBeFalsy();
	}

	private get voice(): SpokenUtterance['voice'] | undefined {
		return this.spoken.inference.of('speak').at(-1);
	}

	private get announced(): boolean {
		return this.spoken.of('utterance').length > 0;
	}

	private get sentSamples(): number {
		return this.spoken.of('play').reduce((sum, { pcm }) => sum + pcm.length, 0);
	}

	/** Pieces the voice has not made whole. */
	private get unmade(): number[] {
		return (this.voice?.of('piece') ?? []).map(({ piece }) => piece).filter((piece) => !this.whole.has(piece));
	}

	private makes(ms: number): void {
		const [piece] = this.unmade;
		if (piece === undefined) return;
		this.made.set(piece, (this.made.get(piece) ?? 0) + samplesOf(ms));
		this.voice?.emit({ type: 'audio', piece, pcm: new Int16Array(samplesOf(ms)), sampleRate: VOICE_RATE });
	}

	private pieceEnd(): void {
		const [piece] = this.unmade;
		if (piece === undefined) return;
		this.whole.add(piece);
		this.voice?.emit({ type: 'pieceEnd', piece, samples: this.made.get(piece) ?? 0 });
	}

	private voiceDone(): void {
		const { voice } = this;
		// A voice that has said everything may be done before it learns that it was cancelled.
		if (voice && voice.of('end').length > 0 && this.unmade.length === 0) voice.resolve({ samples: 0, sampleRate: 0 });
		else if (voice?.cancelled) voice.reject(CANCELLED);
	}

	/** Media reports the end where it has one: all is played, or it was flushed. */
	private endOfMedia(): void {
		if (!this.announced) return;
		const has = (type: MediaInput['type']): boolean => this.spoken.of(type as 'flush').length > 0;
		if (has('flush')) this.report(false);
		else if (has('playEnd')) {
			this.played = this.sentSamples;
			this.report(true);
		}
	}

	private report(complete: boolean): void {
		if (this.mediaOver) return;
		this.mediaOver = true;
		this.spoken.utterance.onMedia({ type: 'played', utteranceId: 'u1', playedSamples: this.played, complete, at: 1 });
	}

	/** What holds at any time. */
	private look(): void {
		const { utterance, sent } = this.spoken;
		expect(unspaced(this.written).startsWith(unspaced(utterance.heard))).toBe(true);
		if (!utterance.over) return;
		this.sentAtEnd ??= sent.length;
		this.heardAtEnd ??= utterance.heard;
	}
}

/** Pieces are joined with a space, also where one was cut in mid-word. */
function unspaced(text: string): string {
	return text.replace(/\s+/g, '');
}

it('ends exactly once, sends nothing after it, and heard no more than was written, in any order', async () => {
	await fc.assert(
		fc.asyncProperty(script, async (commands) => {
			const world = new World();
			for (const next of commands) await world.carryOut(next);
			await world.comesToItsEnd();
			world.check();
		}),
		RUNS,
	);
});
