import type { SpeakSettings, TranscribeSettings } from '../../contract/agent-settings';
import type { ChatSettings } from '../../contract/chat';
import type { CallOfModels } from '../../rpc/inference-protocol';
import type { ModelTask } from './catalogue/schema';
import type { Models } from './models';
import { type Chosen, type ModelsHere, pairedChat, pairedRecognisers } from './pair';
import { nobodyAnswers } from './resolve';

/** A call that nobody ends must not be kept for ever. */
const MOST_CALLS = 1000;

interface Remembered {
	/** By language, as it was at the call's first question: what is fetched meanwhile is for the next call. */
	readonly here: Map<string, Promise<ModelsHere>>;
	/** Who hears in this call. */
	hears?: readonly Chosen[];
}

type ModelSettings = Pick<ChatSettings, 'model' | 'fallbacks'>;

/**
 * Puts models in the place of `auto`, before anything is opened. The stages of one call get models that go together,
 * and the same ones until it ends. Where nobody said `auto`, nothing is looked up and nothing changes.
 */
export class CallModels {
	private readonly calls = new Map<string, Remembered>();

	private readonly told = new Map<ModelTask, string>();

	/** @param named puts voices in the place of `auto`; @param onAuto what `auto` stands for, whenever that changes */
	constructor(
		private readonly models: Pick<Models, 'here' | 'inSentence' | 'worthFetching'>,
		private readonly named: (settings: SpeakSettings, here: ModelsHere) => SpeakSettings,
		private readonly onAuto: (task: ModelTask, model: string) => void = () => undefined,
	) {}

	/** `call` is null for a recording. */
	async transcribe(settings: TranscribeSettings, call: CallOfModels | null): Promise<TranscribeSettings> {
		const remembered = this.remembered(call);
		remembered.hears = await this.recognisers(settings, call, remembered);
		this.tell('transcribe', remembered.hears);
		return { ...settings, ...chainOf(remembered.hears, settings) };
	}

	/**
	 * `call` is null for a prompt that nobody has spoken.
	 * @throws VOICE_ERR_MODEL_MISSING where only the pack could answer, and another recogniser hears.
	 */
	async chat(settings: ChatSettings, call: CallOfModels | null): Promise<ChatSettings> {
		const remembered = this.remembered(call);
		const hears = remembered.hears ?? (call?.transcribe ? await this.recognisers(call.transcribe, call, remembered) : []);
		const names = namesOf(settings);
		if (!names.includes('auto') && !hears.some(({ auto }) => auto)) return settings;
		const answers = pairedChat(names, hears, await this.here(remembered, call?.transcribe?.language));
		const [hearing] = hears;
		if (answers.length === 0 && hearing) {
			throw nobodyAnswers(this.models.inSentence(hearing.name), await this.models.worthFetching('chat'));
		}
		this.tell('chat', answers);
		return { ...settings, ...chainOf(answers, settings) };
	}

	async speak(settings: SpeakSettings, call: CallOfModels | null): Promise<SpeakSettings> {
		if (![settings, ...settings.fallbacks].some(({ engine }) => engine === 'auto')) return settings;
		const named = this.named(settings, await this.here(this.remembered(call), settings.language || call?.transcribe?.language));
		if (settings.engine === 'auto') this.tell('voice', [{ name: named.engine, auto: true }]);
		return named;
	}

	forget(callId: string): void {
		this.calls.delete(callId);
	}

	private async recognisers(settings: TranscribeSettings, call: CallOfModels | null, remembered: Remembered): Promise<readonly Chosen[]> {
		const names = namesOf(settings);
		const answers = answersOf(call);
		const asNamed = names.map((name) => ({ name, auto: false }));
		if (![...names, ...answers].includes('auto')) return asNamed;
		try {
			return pairedRecognisers(names, answers, await this.here(remembered, settings.language));
		} catch (error) {
			// A catalogue that cannot be read takes nothing from models that are named.
			if (names.includes('auto')) throw error;
			return asNamed;
		}
	}

	private tell(task: ModelTask, [first]: readonly Chosen[]): void {
		if (!first?.auto || this.told.get(task) === first.name) return;
		this.told.set(task, first.name);
		this.onAuto(task, first.name);
	}

	/** @param setting a language as nodes name it, such as `de-AT` */
	private async here({ here }: Remembered, setting = ''): Promise<ModelsHere> {
		const language = setting.trim().toLowerCase().split(/[-_]/)[0] || 'en';
		const found = here.get(language) ?? this.models.here(language);
		here.set(language, found);
		try {
			return await found;
		} catch (error) {
			// Whoever asks next tries again.
			here.delete(language);
			throw error;
		}
	}

	private remembered(call: CallOfModels | null): Remembered {
		if (!call || call.id === '') return { here: new Map() };
		const remembered: Remembered = this.calls.get(call.id) ?? { here: new Map() };
		this.calls.set(call.id, remembered);
		if (this.calls.size > MOST_CALLS) this.calls.delete(this.calls.keys().next().value ?? '');
		return remembered;
	}
}

function namesOf({ model, fallbacks }: ModelSettings): string[] {
	return [model, ...fallbacks];
}

/** Who answers what is heard in a call: a Llama Chat whose settings are not known yet is taken for one with `auto`. */
function answersOf(call: CallOfModels | null): string[] {
	if (!call) return [];
	return call.chat ? namesOf(call.chat) : call.llamaChat ? ['auto'] : [];
}

function chainOf([first, ...fallbacks]: readonly Chosen[], { model }: ModelSettings): ModelSettings {
	return { model: first?.name ?? model, fallbacks: fallbacks.map(({ name }) => name) };
}
