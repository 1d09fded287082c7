import { type SpeakSettings, speakSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import { msToSamples } from '../../audio/pcm';
import { FakeProcess, type FakeCall } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { MediaInput } from '../../rpc/media-protocol';
import { AgentUtterance, type AgentUtteranceMark, type Outcome } from './agent-utterance';

export const VOICE_RATE = 16_000;
/** As inference ends a call that was cancelled. */
export const CANCELLED = new VoiceError('VOICE_ERR_CANCELLED', 'The request was cancelled.');
export const INFERENCE_LOST = new VoiceError('VOICE_ERR_INFERENCE_LOST', 'The inference process is gone.');

export function samplesOf(ms: number): number {
	return msToSamples(ms, VOICE_RATE);
}

/** One utterance of the agent between a voice and a media link that the test plays. */
export class SpokenUtterance {
	readonly inference = new FakeProcess<InferenceProtocol>(INFERENCE_LOST);
	/** What media was sent. */
	readonly sent: MediaInput[] = [];
	readonly marks: Array<[mark: AgentUtteranceMark, at: number | undefined]> = [];
	readonly texts: string[] = [];
	readonly utterance: AgentUtterance;
	readonly outcomes: Outcome[] = [];
	limits = 0;
	linked = true;
	private readonly made: number[] = [];

	constructor(settings: Partial<SpeakSettings> = {}) {
		const listener = {
			onMark: (mark: AgentUtteranceMark, at?: number) => void this.marks.push([mark, at]),
			onText: (text: string) => void this.texts.push(text),
			onLimit: () => void this.limits++,
		};
		this.utterance = new AgentUtterance('u1', speakSettings.parse(settings), this.inference, () => (this.linked ? { send: (input) => void this.sent.push(input) } : undefined), listener);
		void this.utterance.finished.then((outcome) => this.outcomes.push(outcome));
	}

	/** Written and spoken up to the point where the voice has its pieces. */
	static async of(text: string, settings: Partial<SpeakSettings> = {}): Promise<SpokenUtterance> {
		const spoken = new SpokenUtterance(settings);
		spoken.utterance.write(text);
		spoken.utterance.end();
		await soon();
		return spoken;
	}

	get voice(): FakeCall<InferenceProtocol, 'speak'> {
		return this.inference.last('speak');
	}

	/** What the voice was given to say. */
	get pieces(): string[] {
		return this.voice.of('piece').map(({ text }) => text);
	}

	of<T extends MediaInput['type']>(type: T): Array<Extract<MediaInput, { type: T }>> {
		return this.sent.filter((input): input is Extract<MediaInput, { type: T }> => input.type === type);
	}

	/** The voice makes so much sound of the piece. */
	makes(piece: number, ms: number): void {
		this.made[piece] = (this.made[piece] ?? 0) + samplesOf(ms);
		this.voice.emit({ type: 'audio', piece, pcm: new Int16Array(samplesOf(ms)), sampleRate: VOICE_RATE });
	}

	/** All of the piece is made. */
	hasMade(piece: number, ms = 0): void {
		if (ms > 0) this.makes(piece, ms);
		this.voice.emit({ type: 'pieceEnd', piece, samples: this.made[piece] ?? 0 });
	}

	/** The voice has said everything. */
	async isDone(): Promise<void> {
		const samples = this.made.reduce((sum, each) => sum + each, 0);
		this.voice.resolve({ samples, sampleRate: samples === 0 ? 0 : VOICE_RATE });
		await soon();
	}

	async fails(error = new VoiceError('VOICE_ERR_MODEL_FAILED', 'The voice broke.')): Promise<void> {
		this.voice.reject(error);
		await soon();
	}

	begins(at = 1000): void {
		this.utterance.onMedia({ type: 'playing', utteranceId: 'u1', at });
		this.utterance.onMedia({ type: 'audible', utteranceId: 'u1', at: at + 20 });
	}

	/** Media has played so much of it in all. */
	plays(ms: number): void {
		this.utterance.onMedia({ type: 'progress', utteranceId: 'u1', playedSamples: samplesOf(ms)});
	}

	/** The link dies. */
	loses(): void {
		this.linked = false;
		this.utterance.unlinked();
	}

	/** Another one has come; what it is sent stands in `sent` alone. */
	finds(): void {
		this.sent.length = 0;
		this.linked = true;
		this.utterance.relinked();
	}

	async played(ms: number, complete = true): Promise<Outcome | undefined> {
		this.utterance.onMedia({ type: 'played', utteranceId: 'u1', playedSamples: samplesOf(ms), complete, at: 9000 });
		await soon();
		return this.outcomes[0];
	}
}

/** All that is due now happens. */
export async function soon(): Promise<void> {
	await new Promise(setImmediate);
}
