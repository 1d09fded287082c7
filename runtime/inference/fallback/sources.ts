import type { SpeakSettings } from '../../contract/agent-settings';
import type { StreamingRecogniser } from '../recognition';
import type { VoiceEngine } from '../speech/engine';

/** Finds a model's recogniser. */
export interface RecogniserSource {
	/** Rejects where the model cannot hear. */
	get(model: string): Promise<StreamingRecogniser>;
}

/** Finds the voice engine that settings name. */
export interface VoiceSource {
	/** Rejects where the engine cannot speak. */
	engine(settings: SpeakSettings): Promise<VoiceEngine>;
}
